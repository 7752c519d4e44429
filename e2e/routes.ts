import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

// Route is a row of the route table with GET: which side it is on, and who may come.
export interface Route {
  pattern: string
  face: string
  who: string
}

// What is not a page of its own: files, and ways to one.
const FILES = [
  '/.well-known/security.txt',
  '/dossiers/{dossier}/documents/{document}',
  '/dossiers/{dossier}/documents/{document}/open',
  '/font',
  '/login/enrol/qr.png',
  '/login/{connection}',
  '/login/{connection}/bye',
  '/login/{connection}/logout',
  '/login/{connection}/metadata',
  '/login/{connection}/return',
  '/profile/two-step/qr.png',
  '/logo',
  '/notices/live',
  '/robots.txt',
  '/session/left',
  '/settings/questionnaires/{design}/export',
  '/settings/style/preview.css',
  '/settings/types/{type}/export',
  '/theme.css',
  '/view/{ticket}/{filename}',
]

// pages returns every page of the program, as `voordeur routes` lists them: a new one without a
// visit fails the tests.
export function pages(): Route[] {
  const table = execFileSync(join(import.meta.dirname, '../bin/voordeur'), ['routes'], { encoding: 'utf8' })
  const all = [...table.matchAll(/^GET +(\S+) +(\w+): (\w+)/gm)].map(([, pattern = '', face = '', who = '']) => ({ pattern, face, who }))
  const gone = FILES.filter((file) => !all.some((r) => r.pattern === file))
  if (all.length === 0 || gone.length > 0) throw new Error(`not in the route table: ${gone.join(', ') || 'anything'}`)
  return all.filter((r) => !FILES.includes(r.pattern))
}

// pageOf returns the page at an address; the pattern that says most of it is the one.
export function pageOf(url: string, list: Route[]): string | undefined {
  const { pathname } = new URL(url)
  const fitting = list.filter((r) => shape(r.pattern).test(pathname)).map((r) => r.pattern)
  return fitting.sort((a, b) => a.split('{').length - b.split('{').length)[0]
}

function shape(pattern: string): RegExp {
  const parts = pattern.replace('{$}', '').split(/\{\w+\}/)
  return new RegExp(`^${parts.map((p) => p.replace(/[.]/g, '\\.')).join('[^/]+')}$`)
}
