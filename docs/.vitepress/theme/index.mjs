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
      // What is folded up on the screen is needed on paper.
      const folded = () => document.querySelectorAll('details:not([open])')
      let opened = []
      addEventListener('beforeprint', () => {
        opened = [...folded()]
        opened.forEach((details) => { details.open = true })
      })
      addEventListener('afterprint', () => {
        opened.forEach((details) => { details.open = false })
      })
    }
  },
}
