// Where things are: the repository on this disk, and the same one on its code host.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const site = resolve(dirname(fileURLToPath(import.meta.url)), '..')
export const docs = resolve(site, '..')
export const root = resolve(docs, '..')

/**
 * The code host's address of this repository, from the variable that its builds have:
 * GITHUB_REPOSITORY=owner/name. Null if it is not set.
 */
export const repository = codeHost(process.env)

export function codeHost({ GITHUB_REPOSITORY, GITHUB_SERVER_URL, GITHUB_SHA }) {
  if (!GITHUB_REPOSITORY) {
    return null
  }
  const url = `${GITHUB_SERVER_URL || 'https://github.com'}/${GITHUB_REPOSITORY}`
  const [owner, name] = GITHUB_REPOSITORY.split('/')
  return { owner, name, url, commit: GITHUB_SHA || 'HEAD' }
}

/**
 * What a link to a file outside of the site becomes: the code host's page of it. Without
 * a code host, the file itself as plain text, which the build copies into the site; a
 * folder then has no page, and the result is null.
 */
export function fileLink(path, line, host = repository) {
  const folder = statSync(resolve(root, path)).isDirectory()
  if (host) {
    return `${host.url}/${folder ? 'tree' : 'blob'}/${host.commit}/${path}`
      + (line ? `#L${line}` : '')
  }
  return folder ? null : `/files/${path}.txt`
}

/** The path of a file that a page links, from the root; null if it is none or missing. */
export function inRepository(page, href) {
  const file = resolve(root, dirname(page), decodeURI(href.replace(/[?#].*$/, '')))
  const path = relative(root, file).replaceAll('\\', '/')
  return !path.startsWith('..') && existsSync(file) ? path : null
}

export const read = (path) => readFileSync(resolve(root, path), 'utf8').replaceAll('\r\n', '\n')

/** The anchor of a heading, as code hosts make it. */
export function anchor(heading) {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')
}
