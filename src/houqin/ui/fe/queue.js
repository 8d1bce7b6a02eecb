// The queue: a slip that could not be sent is kept as it was filled, and sent in its turn, once, by the same address.
import { icon, make, within } from './dom.js'
import * as store from './store.js'

const FRAME = ['csrfmiddlewaretoken', '_op', '_happened_at', '_seen']
const KEPT = 3 * 24 * 3600_000 // what was sent is shown so long
const LATE = 60_000

export { counts, carried, me } from './store.js'

// ── keeping ──────────────────────────────────────────────────────────────

export async function keep(form, body) {
  const files = [...body].filter(([, value]) => value instanceof File && value.size)
  const was = form.dataset.row ? (await store.rows()).find(one => one.id === Number(form.dataset.row)) : null
  const url = new URL(form.action).pathname
  const row = {
    op: body.get('_op'), at: was?.at ?? new Date().toISOString(), url, step: url.startsWith('/matters/') ? url.split('/')[3] : '',
    label: form.dataset.keeps, about: form.dataset.about ?? '', title: form.dataset.title ?? '', seen: form.dataset.seen ?? '', end: form.dataset.end ?? '',
    fields: [...body].filter(([name, value]) => !(value instanceof File) && !FRAME.includes(name)),
    said: said(form, body), files: files.map(([name, file]) => ({ name, file: file.name, type: file.type })), form: was?.form ?? await blank(url),
  }
  try {
    if (was) await store.change(was.id, 'waiting', { ...row, seen: was.seen }, files.map(([, file]) => file))
    else await store.add(row, files.map(([, file]) => file))
  } catch (no) {
    if (no.name === 'QuotaExceededError') throw new Error('手机存满了，没有存下。写过的还在这一页上，去掉几张照片再按，或者连上网再送')
    throw no
  }
  store.hold()
}

// What was typed, in the words of the form.
function said(form, body) {
  const lines = new Map()
  for (const [name, value] of body) {
    if (FRAME.includes(name) || value instanceof File || !value) continue
    const input = form.querySelector(`[name="${CSS.escape(name)}"]`)
    if (!input || input.type === 'hidden') continue
    const group = input.closest('fieldset, [role=group], [role=radiogroup]')
    const line = input.closest('.hq-check')?.querySelector('b') // of a checklist: the answer and the word beside it
    const title = (line ?? group?.querySelector('legend') ?? group?.querySelector('.form-label') ?? input.labels?.[0])?.textContent.trim() ?? ''
    const option = input.matches('select') ? input.selectedOptions[0]?.textContent.trim()
      : /radio|checkbox/.test(input.type) ? form.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`)?.labels?.[0]?.textContent.trim() : value
    lines.set(title, [lines.get(title), option].filter(Boolean).join('，'))
  }
  return [...lines]
}

// ── blank forms ──────────────────────────────────────────────────────────

// The blank form of an address as it was carried; null where there is none.
export async function blank(url) {
  const sheet = await store.carried()
  return sheet ? blankIn(sheet, new URL(url, location).pathname) : null
}

function blankIn(sheet, path) {
  const [, kind, name, step] = path.split('/')
  const mark = kind === 'matters' ? sheet.matters.find(one => one.number === name)?.forms[step]
    : kind === 's' ? sheet.offers.find(one => one.key === step)?.form
      : sheet.openings.find(one => one.url === path)?.form
  return sheet.forms[mark] ?? null
}

// The form of an address, ready to be filled without a net.
export async function form(url) {
  const sheet = await store.carried()
  const path = new URL(url, location).pathname
  const html = sheet && blankIn(sheet, path)
  if (!html) return null
  const made = drawn(html, path)
  const [, kind, name, step] = path.split('/')
  if (kind === 'matters') {
    const matter = sheet.matters.find(one => one.number === name)
    const taken = sheet.flows[matter.kind].steps.find(one => one.key === step)
    Object.assign(made.dataset, { about: name, title: matter.title, seen: stateOf(matter, await store.rows()), end: taken.end, next: `/matters/${name}/` })
  } else if (kind === 's') {
    made.dataset.title = await nameOf(name, sheet) ?? `标签 ${name.slice(0, 8)}`
  }
  if (await store.isFull()) made.querySelector('.hq-sheet-body').prepend(make('div', { class: 'hq-note is-amber' }, icon('alert-triangle'),
    make('p', {}, '手机快存满了，照片可能存不下。先腾出地方，或者连上网再填')))
  return made
}

function drawn(html, path) {
  const made = new DOMParser().parseFromString(html, 'text/html').querySelector('form')
  made.setAttribute('action', path)
  made.querySelector('[name=_op]').value = crypto.randomUUID().replaceAll('-', '')
  return made
}

// A kept slip opened again, with everything that was in it.
export async function again(row) {
  const html = row.form ?? await fetch(row.url, { headers: { 'HX-Request': 'true' } }).then(answer => answer.ok ? answer.text() : null).catch(() => null)
  const made = html && drawn(html, row.url)
  if (!made) return null
  Object.assign(made.dataset, { row: row.id, about: row.about, title: row.title, seen: row.seen, end: row.end, keeps: row.label })
  made.querySelector('[name=_op]').value = row.op
  for (const [name, value] of row.fields) write(made, name, value)
  const files = await store.filesOf(row)
  row.files.forEach(({ name }, at) => {
    const input = made.querySelector(`input[type=file][name="${CSS.escape(name)}"]`)
    const list = new DataTransfer()
    for (const file of [...input.files, files[at]]) list.items.add(file)
    input.files = list.files
  })
  return made
}

function write(form, name, value) {
  const inputs = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
  if (!inputs.length) return line(form, name) && write(form, name, value)
  for (const input of inputs) {
    if (/radio|checkbox/.test(input.type)) input.checked = input.value === value
    else input.value = value
  }
}

// One more row of 用料 than the blank form has.
function line(form, name) {
  const last = [...form.querySelectorAll('[data-line]')].at(-1)
  const number = /-(\d+)-(?=[^-]*$)/.exec(name)?.[1]
  if (!last || !number) return false
  const fresh = last.cloneNode(true)
  for (const input of fresh.querySelectorAll('input, select')) {
    input.value = ''
    input.name = input.name.replace(/-\d+-(?=[^-]*$)/, `-${number}-`)
  }
  last.after(fresh)
  return fresh.querySelector(`[name="${CSS.escape(name)}"]`) !== null
}

// A refused one goes back into the queue as it is; drawn anew by its time if the clock was ahead then.
export const retry = row => store.change(row.id, 'waiting', row)

// ── what follows from what is kept ───────────────────────────────────────

// How a matter stands once everything kept for it is sent.
export const stateOf = (matter, rows) => rows.filter(row => row.state === 'waiting' && row.about === matter.number && row.end)
  .reduce((_, row) => row.end, matter.state)

export function stepsOf(matter, sheet, rows) {
  const state = stateOf(matter, rows)
  const kept = rows.filter(row => row.state === 'waiting' && row.about === matter.number)
  const last = kept.findLastIndex(row => row.end)
  const since = kept.slice(last + 1).map(row => row.step)
  return sheet.flows[matter.kind].steps.filter(step => matter.forms[step.key] && step.start.includes(state) && (step.end || !since.includes(step.key)))
}

export async function nameOf(code, sheet) {
  const known = sheet ?? await store.carried()
  const said = code.length === 8 ? code.toUpperCase() : code
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(said))
  return known?.labels[[...new Uint8Array(digest)].map(one => one.toString(16).padStart(2, '0')).join('').slice(0, 16)]
}

// ── sending ──────────────────────────────────────────────────────────────

// Everything in its turn; answers done, login (it is over), busy (try later) or empty. One window at a time.
export const send = told => navigator.locks.request('houqin-queue', { ifAvailable: true }, lock => lock ? sendAll(told) : 'busy')

async function sendAll(told) {
  const all = await store.counts()
  if (!all.waiting) return 'empty'
  let who = await store.ask()
  if (!who?.key) return who ? 'empty' : 'login'
  const rows = await store.rows()
  for (const row of rows) if (row.state === 'sent' && Date.now() - Date.parse(row.answer.at) > KEPT) await store.drop(row.id)
  const waiting = rows.filter(row => row.state === 'waiting')
  const stuck = new Set(rows.filter(row => row.state === 'refused' && row.about).map(row => row.about))
  let broken = false
  for (const [at, { id, about }] of waiting.entries()) {
    if (stuck.has(about)) continue
    const row = await store.find(id) // as it is now: he may have mended it or thrown it away meanwhile
    if (row?.state !== 'waiting') continue
    told?.(at + 1, waiting.length)
    const answer = await post(row, who.token)
    if (answer === 'login') return await store.ask() ? 'busy' : 'login'
    if (answer === 'busy') return 'busy'
    if (answer === 'broken') { // it may go better later; the others need not wait for it
      broken = true
      if (about) stuck.add(about)
      continue
    }
    if (answer.status === 403) { // the token may have turned meanwhile
      who = await store.ask()
      if (!who?.key) return 'login'
    }
    const last = answer.status === 403 ? await post(row, who.token) : answer
    if (typeof last === 'string') return last
    await store.settle(row, { at: new Date().toISOString(), ...last })
    if (!last.ok && row.about) stuck.add(row.about)
  }
  return broken ? 'busy' : waiting.length ? 'done' : 'empty'
}

async function post(row, token) {
  const body = new FormData()
  for (const [name, value] of row.fields) body.append(name, value)
  const files = await store.filesOf(row)
  row.files.forEach(({ name, file }, at) => body.append(name, files[at], file))
  body.set('csrfmiddlewaretoken', token)
  body.set('_op', row.op)
  body.set('_happened_at', new Date(Math.min(Date.parse(row.at), Date.now())).toISOString())
  if (row.seen) body.set('_seen', row.seen)
  const answer = await fetch(row.url, { method: 'POST', body, headers: { 'HX-Request': 'true' }, signal: within(LATE) })
  const to = answer.headers.get('HX-Redirect')
  if (answer.status === 401 || answer.redirected) return 'login'
  if (answer.status === 500) return 'broken'
  if (answer.status > 500 || answer.status === 429) return 'busy'
  if (to) return { ok: true, to }
  return { ok: false, status: answer.status, sentence: sentence(await answer.text(), answer.status) }
}

const KNOWN = { 403: '这一步不归你办了，没有收下', 404: '没有这一件，或不归你看了，没有收下', 413: '照片太大，没有收下' }

function sentence(text, status) {
  const page = new DOMParser().parseFromString(text, 'text/html')
  const found = page.querySelectorAll('form .hq-note[role=alert] p, form .invalid-feedback, .hq-error h1, .hq-error h1 ~ p:not(.hq-meta)')
  const plain = one => [...one.childNodes].map(part => part.textContent.trim().replace(/\s+/g, ' ')).filter(Boolean).join('，')
  return (status !== 404 && [...new Set([...found].map(plain).filter(Boolean))].join('；')) || KNOWN[status] || `没有收下（${status}）`
}
