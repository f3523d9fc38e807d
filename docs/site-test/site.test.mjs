// The built site, in a real browser.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as site from './browser.mjs'

site.base()
const pages = site.pages()
let chromium
let server
let address

before(async () => {
  ({ server, address } = await site.serve())
  chromium = await site.browser()
})

after(async () => {
  await chromium?.close()
  server?.close()
})

/** Opens a page, looks at it, and fails on what it complains about. */
async function visit(name, look, options = {}) {
  const context = await chromium.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  try {
    const complaints = []
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        complaints.push(`on the console: ${message.text()}`)
      }
    })
    context.on('weberror', (error) => complaints.push(`an error: ${error.error()}`))
    context.on('request', (request) => {
      if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) {
        complaints.push(`asks elsewhere: ${request.url()}`)
      }
    })
    context.on('response', (response) => {
      if (response.status() >= 400) {
        complaints.push(`${response.status()}: ${response.url()}`)
      }
    })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    await page.goto(address + name, { waitUntil: 'networkidle' })
    await look(page)
    assert.deepEqual(complaints, [], `${name} complains`)
  } finally {
    await context.close()
  }
}

for (const name of pages) {
  test(`${name} opens`, () => visit(`${name}.html`, async (page) => {
    assert.equal(await page.locator('h1').count(), 1, 'a page has one title')
  }))
}
