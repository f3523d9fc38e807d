import { defineAsyncComponent } from 'vue'
import Theme from 'vitepress/theme-without-fonts'
import ChapterInfo from './ChapterInfo.vue'
import Home from './Home.vue'
import Layout from './Layout.vue'
import Piece from './Piece.vue'
import './style.css'

export default {
  extends: Theme,
  Layout,
  enhanceApp({ app }) {
    Object.entries({ ChapterInfo, Home, Piece })
      .forEach(([name, component]) => app.component(name, component))
    app.component('Play', defineAsyncComponent(() => import('./play/Play.vue')))
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
