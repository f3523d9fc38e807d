// Packs the site so that it opens without a network. Run: npm run zip
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'vitepress'

const target = resolve(import.meta.dirname, 'target')
const folder = resolve(target, 'tcp-server-course')
const zip = resolve(target, 'book/tcp-server-course.zip')
// Its links lead to copies of the files, and it is nowhere but at the root of its server.
delete process.env.GITHUB_REPOSITORY
delete process.env.SITE
process.env.BASE = '/'
rmSync(folder, { recursive: true, force: true })
rmSync(zip, { force: true })
mkdirSync(resolve(target, 'book'), { recursive: true })
await build(import.meta.dirname, { outDir: folder })
cpSync(resolve(import.meta.dirname, 'offline'), folder, { recursive: true })
execFileSync('jar', ['--create', '--no-manifest', '--file', zip, '-C', target, 'tcp-server-course'])
console.log(zip)
process.exit()
