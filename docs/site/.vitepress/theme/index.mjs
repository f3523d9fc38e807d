import Theme from 'vitepress/theme-without-fonts'
import CodeSwitch from './CodeSwitch.vue'
import DiffButton from './DiffButton.vue'
import DiffView from './DiffView.vue'
import Mermaid from './Mermaid.vue'
import './style.css'

export default {
  extends: Theme,
  enhanceApp({ app }) {
    Object.entries({ CodeSwitch, DiffButton, DiffView, Mermaid })
      .forEach(([name, component]) => app.component(name, component))
    if (typeof window !== 'undefined') {
      // Paper is light, and what is folded up on the screen is needed there.
      let opened = []
      let dark = false
      addEventListener('beforeprint', () => {
        opened = [...document.querySelectorAll('details:not([open])')]
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
