// 有没有网: the bar above everything, what happens when it comes back, and the phone's own copy of the program.
import { icon, make, within } from './dom.js'

const SOON = 1_500, SELDOM = 15_000 // how long after the net went it is asked again, and how long at most
const PROBE = 4_000
const LATER = 30_000
const FRESH = 2 * 60_000, STALE = 6 * 3600_000
const person = document.querySelector('meta[name=who]')?.content // '' for a visitor; none on the shell and on error pages
const shell = document.querySelector('[data-shell]')
const able = isSecureContext && 'serviceWorker' in navigator && 'indexedDB' in window && 'locks' in navigator
let lost = Boolean(shell)
let queue = null // fe/queue.js, once it is here
let probe = 0
let pause = SOON

export const down = () => lost
export const keeps = form => queue && form.dataset.keeps !== undefined && (person || shell)
export const kept = () => queue

export function listen() {
  if (!able) return
  if (person === '') return nobody().catch(() => {})
  if (person === undefined && !shell) return
  addEventListener('offline', lose)
  addEventListener('online', ask)
  document.addEventListener('visibilitychange', () => { if (!document.hidden && lost) ask() })
  document.addEventListener('houqin:kept', show)
  document.addEventListener('submit', leaving)
  start().catch(() => {})
}

// A page on which nobody is logged in: nothing of anybody may be opened here, but whose turn it is to log in may know that something waits.
async function nobody() {
  const store = await import('./store.js')
  await store.forget()
  const { others } = location.pathname === '/login/' ? await store.counts() : { others: 0 }
  if (others) bar('', 'lock', `这台手机上有 ${others} 条没送出`, '谁填的谁登录后接着送')
}

async function start() {
  queue = await import('./queue.js')
  navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).catch(() => {})
  navigator.serviceWorker.ready.then(({ active }) => navigator.serviceWorker.controller || active.postMessage('claim'))
  if (shell) return lose()
  const store = await import('./store.js')
  const who = await store.me()
  if (who?.person !== person) await store.ask()
  if (!navigator.onLine) return lose()
  await deliver()
  if (matchMedia('(pointer: coarse)').matches || matchMedia('(display-mode: standalone)').matches) {
    await store.carry(document.querySelector('[data-carry]') || location.pathname === '/' ? FRESH : STALE)
  }
  document.documentElement.dataset.carried = 'yes'
}

// ── away and back ────────────────────────────────────────────────────────

export function lose() {
  pause = lost ? Math.min(pause * 2, SELDOM) : SOON
  lost = true
  tell('lost')
  show()
  clearTimeout(probe)
  probe = setTimeout(ask, pause)
}

// Whether the server answers at all.
export const there = () => fetch('/healthz', { cache: 'no-store', signal: within(PROBE) }).then(answer => answer.ok, () => false)

async function ask() {
  clearTimeout(probe)
  if (!await there()) return lost ? lose() : undefined
  const was = lost
  lost = false
  tell('back')
  await deliver()
  if (was) document.dispatchEvent(new CustomEvent('houqin:back'))
}

export async function deliver() {
  let said
  try {
    said = await queue.send((at, of) => bar('is-back', 'cloud-upload', '连上了', `正在送 ${at} / ${of}`))
  } catch (no) {
    if (!['TypeError', 'AbortError'].includes(no.name)) throw no
    return lose()
  }
  if (said === 'busy') setTimeout(deliver, LATER)
  document.dispatchEvent(new CustomEvent('houqin:sent', { detail: said }))
  await show(said)
  return said
}

const tell = word => navigator.serviceWorker.controller?.postMessage(word)

// ── the bar ──────────────────────────────────────────────────────────────

async function show(said = '') {
  const { waiting = 0, refused = 0 } = await queue?.counts() ?? {}
  const link = make('a', { href: '/waiting/' }, '看一看')
  if (lost) bar('', 'wifi-off', '没有网，照样能填', waiting ? `存了 ${waiting} 条，有网自动送` : '填好的先存在手机上', ...(waiting + refused ? [link] : []))
  else if (said === 'login') bar('', 'lock', '登录过期了', '存着的登录后接着送', make('a', { href: `/login/?next=${encodeURIComponent('/waiting/')}` }, '登录'))
  else if (refused) bar('', 'alert-triangle', `${refused} 条没有收下`, '', link)
  else if (waiting) bar('is-back', 'cloud-upload', `${waiting} 条等着送`, '', link)
  else document.querySelector('[data-net]')?.remove()
}

function bar(tone, name, bold, text, ...more) {
  const made = make('div', { class: `hq-offline ${tone}`, role: 'status', 'data-net': '' }, icon(name), make('p', {}, make('b', {}, bold), ` ${text}`), ...more)
  const old = document.querySelector('[data-net]')
  if (old) old.replaceWith(made)
  else document.querySelector('.hq-skip').after(made)
}

// ── leaving ──────────────────────────────────────────────────────────────

// 退出: what is not sent is said first; then the key goes from the phone, whether the server hears of it or not.
async function leaving(event) {
  const form = event.target
  if (form.getAttribute('action') !== '/logout/') return
  event.preventDefault()
  event.stopImmediatePropagation()
  if (form.ariaBusy) return
  form.ariaBusy = 'true'
  if (await parted().catch(() => true)) form.submit()
  else form.ariaBusy = null
}

async function parted() {
  const store = await import('./store.js')
  const { waiting, refused } = await store.counts()
  const unsent = waiting + refused
  if (unsent && !await sure(`还有 ${unsent} 条没有送出`, '退出后锁在这台手机上，别人看不到。下次你在这台手机上登录，接着送。', '退出登录')) return false
  await store.forget()
  return true
}

// A question with two answers; the plain one is to leave things as they are.
export function sure(title, text, yes) {
  const no = make('button', { class: 'btn', type: 'button' }, '先不')
  const go = make('button', { class: 'btn btn-danger', type: 'button' }, yes)
  const dialog = make('dialog', { class: 'hq-sheet', 'aria-labelledby': 'sure' }, make('div', { class: 'hq-sheet-panel' },
    make('div', { class: 'hq-sheet-head' }, make('h2', { id: 'sure' }, title)), make('div', { class: 'hq-sheet-body' }, make('p', {}, text)),
    make('div', { class: 'hq-sheet-foot' }, no, go)))
  document.body.append(dialog)
  dialog.showModal()
  return new Promise(done => {
    no.addEventListener('click', () => dialog.close())
    go.addEventListener('click', () => dialog.close('yes'))
    dialog.addEventListener('close', () => { dialog.remove(); done(dialog.returnValue === 'yes') })
  })
}
