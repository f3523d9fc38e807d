import { defineAsyncComponent } from 'vue'
import Theme from 'vitepress/theme-without-fonts'
import CodeSwitch from './CodeSwitch.vue'
import DiffButton from './DiffButton.vue'
import DiffView from './DiffView.vue'
import Mermaid from './Mermaid.vue'
import './style.css'

// With its recording it is large, and one page needs it.
const Stepper = defineAsyncComponent(() => import('./Stepper.vue'))

export default {
  extends: Theme,
  enhanceApp({ app }) {
    Object.entries({ CodeSwitch, DiffButton, DiffView, Mermaid, Stepper })
      .forEach(([name, component]) => app.component(name, component))
    if (typeof window !== 'undefined') {
      // Paper is light, and what is folded up on the screen is needed there. But not all
      // events once more.
      let opened = []
      let dark = false
      addEventListener('beforeprint', () => {
        opened = [...document.querySelectorAll('details:not([open], .stepper *)')]
        opened.forEach((details) => { details.open = true })
        dark = document.documentElement.classList.contains('dark')
        document.documentElement.classList.remove('dark')
      })
      addEventListener('afterprint', () => {
        opened.forEach((details) => { details.open = false })
        document.documentElement.classList.toggle('dark', dark)
      })
    }
  },
}
