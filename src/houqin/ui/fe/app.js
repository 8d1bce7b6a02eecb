// One script for every page. Each part below enhances what the page already does without it.
import './app.css'
import htmx from 'htmx.org'
import * as lines from './lines.js'
import * as net from './net.js'
import * as once from './once.js'
import * as page from './page.js'
import * as photos from './photos.js'
import * as sheet from './sheet.js'
import * as words from './words.js'
import { toast } from './toast.js'

// Loaded only where the page has one.
const parts = {
  '[data-chart]': () => import('./charts.js'),
  '[data-scan]': () => import('./scan.js'),
  '[data-shell]': () => import('./shell.js'),
  '[data-sign]': () => import('./sign.js'),
  'select[data-pick]': () => import('./pick.js'),
  '[data-waiting]': () => import('./waiting.js'),
}

export function enhance(root) {
  for (const part of [page, photos, words, lines]) part.enhance(root)
  if (root !== document) htmx.process(root)
  for (const [selector, load] of Object.entries(parts)) {
    if (root.querySelector(selector)) load().then(part => part.enhance(root)).catch(() => {})
  }
}

net.listen()
page.listen()
once.listen()
sheet.listen(enhance)
enhance(document)

// htmx: parts of registers only; what it changed is enhanced again, what failed is said.
document.addEventListener('htmx:after:swap', () => enhance(document))
document.addEventListener('htmx:response:error', () => toast('没有打开，页面还是原来的样子。再试一次', 'red'))
document.addEventListener('htmx:error', event => {
  if (event.detail?.error?.name !== 'AbortError') toast('没有连上，页面还是原来的样子。看看网络再试', 'red')
})
document.documentElement.dataset.ready = htmx.version
