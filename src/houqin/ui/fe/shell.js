// The page where there is no net, whatever address was asked: what is carried, what can be filled, what waits.
import { icon, make } from './dom.js'
import { enhance as enhanceScan } from './scan.js'
import * as net from './net.js'
import * as queue from './queue.js'
import { enhance as enhanceWaiting, when } from './waiting.js'
import { rows as allRows } from './store.js'

export function enhance(root) {
  const box = root.querySelector('[data-shell]')
  if (!box || box.dataset.onShell) return
  box.dataset.onShell = '1'
  document.addEventListener('houqin:back', () => back(box))
  draw(box)
}

async function draw(box) {
  const [, kind, name] = location.pathname.split('/')
  const place = make('div', {})
  box.querySelector('.hq-skeleton')?.remove()
  box.prepend(place)
  mark(kind)
  if (kind === 'waiting') return waiting(place)
  const code = new URLSearchParams(location.search).get('code')?.replace(/[\s-]/g, '')
  if (kind === 'scan' && code) return location.replace(`/s/${encodeURIComponent(code)}/`)
  if (kind === 'scan') return scanner(box, place)
  const sheet = await queue.carried()
  if (!sheet) return nobody(place)
  const rows = await allRows()
  if (kind === 's' && name) return label(place, sheet, name)
  const matter = kind === 'matters' && sheet.matters.find(one => one.number === name)
  if (matter) return one(place, sheet, rows, matter)
  home(place, sheet, rows)
}

function mark(kind) {
  const here = kind === 'waiting' || kind === 'scan' ? `/${kind}/` : '/'
  for (const tab of document.querySelectorAll('[data-shell-tabs] a')) if (tab.pathname === here) tab.setAttribute('aria-current', 'page')
}

const head = (title, text) => make('div', { class: 'hq-page-head' }, make('div', {}, make('h1', {}, title), make('p', { class: 'hq-small' }, text)))

function nobody(place) {
  place.append(make('div', { class: 'hq-empty hq-error' }, icon('wifi-off'), make('h1', {}, '没有网'),
    make('p', {}, '连不上学校的服务器，手机里也没有存着的活。'), make('p', {}, '有网时登录打开过一次，没有网也能接着填。')))
}

function waiting(place) {
  place.dataset.waiting = ''
  place.append(head('待发', '没有网时填的单子，存在这台手机上'))
  enhanceWaiting(place.parentElement)
}

function scanner(box, place) {
  place.append(head('扫码', '对准墙上或东西上的标签；刮花了就打下面的短码'), box.querySelector('[data-scanner]').content.cloneNode(true))
  enhanceScan(place)
}

// ── what is carried ──────────────────────────────────────────────────────

function home(place, sheet, rows) {
  const open = sheet.matters.filter(matter => queue.stepsOf(matter, sheet, rows).length)
  const filled = sheet.matters.length - open.length
  place.append(head(open.length ? `${open.length} 件` : '手上没有能办的', `${when(sheet.made_at)} 存下的${filled ? ` · 填好 ${filled} 件` : ''}`))
  const route = make('ol', { class: 'hq-route' })
  const stops = new Map()
  for (const matter of open) stops.set(matter.stop, [...stops.get(matter.stop) ?? [], matter])
  for (const [stop, there] of stops) route.append(make('li', {},
    make('h2', { class: 'hq-stop' }, make('span', { class: 'hq-stop-no' }, String(route.children.length + 1)), stop || '没写地点'),
    make('ul', { class: 'hq-list' }, ...there.map(matter => line(matter, sheet, rows)))))
  place.append(route, openings(sheet))
}

function line(matter, sheet, rows) {
  const [step] = queue.stepsOf(matter, sheet, rows)
  const { label: state } = sheet.flows[matter.kind].states[queue.stateOf(matter, rows)]
  return make('li', { class: 'hq-row is-two' },
    make('div', {}, make('a', { class: 'hq-row-title', href: `/matters/${matter.number}/` }, matter.title),
      make('span', { class: 'hq-row-note' }, make('span', {}, state), make('span', {}, `${when(matter.due_at)} 前`))),
    make('span', { class: 'hq-row-end' }, make('a', { class: 'btn btn-step', href: `/matters/${matter.number}/${step.key}/`, 'data-sheet': '' }, step.label)))
}

const TONES = { red: 'is-red', amber: 'is-amber', green: 'is-green', accent: 'is-accent' }
const pill = ({ label, tone, icon: name }) => make('span', { class: `hq-pill ${TONES[tone] ?? ''}` }, icon(name), label)

function openings(sheet) {
  const links = sheet.openings.map(one => make('a', { class: 'btn', href: one.url, 'data-sheet': '' }, icon(one.icon), one.label))
  return make('div', { class: 'hq-line-up hq-gap-top' }, ...links)
}

function one(place, sheet, rows, matter) {
  const flow = sheet.flows[matter.kind]
  const steps = queue.stepsOf(matter, sheet, rows)
  const after = flow.states[queue.stateOf(matter, rows)]
  const state = after.end ? flow.states[matter.state] : after // how it ended, in time or late, the server says
  place.append(make('div', { class: 'hq-head' }, pill(state), make('h1', {}, matter.title),
    make('p', { class: 'hq-small' }, [matter.number, matter.place, `${when(matter.due_at)} 前`].filter(Boolean).join(' · '))))
  if (!steps.length) place.append(make('div', { class: 'hq-note is-green hq-gap-top' }, icon('circle-check'), make('p', {}, '填好了，有网自动送')))
  place.append(make('div', { class: 'hq-line-up hq-gap-top' }, ...steps.map(step => make('a', {
    class: step.main ? 'btn btn-primary' : 'btn', href: `/matters/${matter.number}/${step.key}/`, 'data-sheet': '',
  }, icon(step.icon), step.label))))
  const kept = rows.filter(row => row.about === matter.number && row.state === 'waiting')
  if (kept.length) place.append(make('p', { class: 'hq-small hq-gap-top' }, `等着送：${kept.map(row => row.label).join('、')}`))
}

async function label(place, sheet, code) {
  const name = await queue.nameOf(code, sheet)
  place.append(head(name ?? '没见过的标签', name ? '没有网，填好先存着' : '手机上没有这张标签的地点。填好先存着，送的时候再认'))
  place.append(make('div', { class: 'hq-line-up hq-gap-top' }, ...sheet.offers.map(offer => make('a', {
    class: 'btn btn-primary', href: `/s/${code}/${offer.key}/`, 'data-sheet': '',
  }, icon(offer.icon), offer.label))))
}

// ── the net is back ──────────────────────────────────────────────────────

// Nobody is taken away from what he is typing; else the page that was asked for comes by itself.
async function back(box) {
  if (document.querySelector('dialog[open]') || location.pathname.startsWith('/waiting/')) return
  const { waiting, refused } = await queue.counts()
  if (waiting || net.down()) return
  if (refused) location.assign('/waiting/')
  else if (location.pathname === '/phone/') location.assign('/')
  else location.reload()
}
