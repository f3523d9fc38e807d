// Draws public/card.png, which others show beside a link to the site. Run: npm run card
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { browser, folder } from './test/browser.mjs'

const chromium = await browser()
const page = await chromium.newPage({ viewport: { width: 1200, height: 630 }, colorScheme: 'light' })
await page.setContent(`<body style="margin:0;padding:60px;font:34px/1.4 'DejaVu Sans',sans-serif;color:#1f2328;
  display:flex;gap:50px;align-items:center;height:510px"><div style="flex:1"><h1 style="font-size:60px;line-height:1.15;
  margin:0 0 24px">A TCP server in Java, from the selector up</h1>One thread, five short chapters, and nothing but the JDK</div>
  <div style="width:560px">${readFileSync(resolve(folder, '../pictures/loop.svg'), 'utf8')}</div></body>`)
await page.screenshot({ path: resolve(folder, 'public/card.png') })
await chromium.close()
