// 待发: what waits, what was not taken, what was sent. Drawn from the phone's own queue; everything that came from a person is put in as text.
import { first, icon, make } from './dom.js'
import * as net from './net.js'
import * as queue from './queue.js'
import { drop, rows as allRows } from './store.js'
import { lay } from './sheet.js'
import { toast } from './toast.js'

export function enhance(root) {
  for (const box of root.querySelectorAll('[data-waiting]')) if (first(box, 'Waiting')) start(box)
}

function start(box) {
  const place = make('div', { class: 'hq-stack-wide hq-gap-top' })
  box.append(place)
  const draw = () => list(place)
  for (const event of ['houqin:kept', 'houqin:sent', 'houqin:dropped']) document.addEventListener(event, draw)
  draw()
}

async function list(place) {
  if (!isSecureContext) return place.replaceChildren(empty('lock', '这个网址没有加密', '单子不能先存着，没网时等有网再填。要用这一样，手机先装学校的证书，再打开 https 的网址。'))
  const rows = await allRows().catch(() => [])
  const { others } = await queue.counts()
  const parts = [['refused', '没有收下'], ['waiting', '等着送'], ['sent', '送到了']]
    .map(([state, title]) => [title, rows.filter(row => row.state === state)]).filter(([, some]) => some.length)
  const made = parts.map(([title, some]) => section(title, some, rows))
  if (!parts.length) made.push(empty('cloud-upload', '没有等着送的', '没有网也能办今天的活、扫码报修。填好的存在这台手机上，有网自动送出。'))
  if (others) made.push(make('div', { class: 'hq-note' }, icon('lock'), make('p', {}, `另一个人有 ${others} 条待送。他在这台手机上登录后才送，别人看不到内容。`)))
  place.replaceChildren(...made)
}

const empty = (name, title, text) => make('div', { class: 'hq-empty' }, icon(name), make('h2', {}, title), make('p', {}, text))

function section(title, some, rows) {
  const id = `part-${some[0].state}`
  const list = make('ul', { class: 'hq-list' }, ...(some[0].state === 'sent' ? [...some].reverse() : some).map(row => line(row, rows)))
  return make('section', { class: 'hq-section', 'aria-labelledby': id },
    make('header', { class: 'hq-section-head' }, make('h2', { id }, title), make('span', { class: 'hq-count' }, String(some.length))), list)
}

function line(row, rows) {
  const title = [row.label, row.about, row.title].filter(Boolean).join(' · ')
  const notes = [`${when(row.at)} 填`]
  if (row.files.length) notes.push(`照片 ${row.files.length} 张`)
  if (row.state === 'sent') notes.push(`${when(row.answer.at)} 送到`)
  if (row.state === 'waiting' && row.about && rows.some(one => one.state === 'refused' && one.about === row.about)) notes.push('等前一步办好再送')
  const name = row.state === 'sent' ? make('a', { class: 'hq-row-title is-plain', href: row.answer.to }, title) : make('span', { class: 'hq-row-title is-plain' }, title)
  const body = make('div', {}, name, make('span', { class: 'hq-row-note' }, ...notes.map(note => make('span', {}, note))))
  if (row.state !== 'sent') body.append(...kept(row))
  return make('li', { class: 'hq-row is-two', 'data-state': row.state }, body)
}

function kept(row) {
  const said = row.said.length ? [make('dl', { class: 'hq-kept' }, ...row.said.flatMap(([label, value]) => [make('dt', {}, label), make('dd', {}, value)]))] : []
  const why = row.state === 'refused' ? [make('div', { class: 'hq-note is-amber' }, icon('alert-triangle'), make('p', {}, row.answer.sentence))] : []
  return [...why, ...said, make('div', { class: 'hq-line-up' }, button('pencil', '改', event => mend(row, event.currentTarget)),
    ...(row.state === 'refused' ? [button('refresh', '再送', () => retry(row))] : []), button('trash', '丢掉', () => discard(row)))]
}

function button(name, label, call) {
  const made = make('button', { class: 'btn', type: 'button' }, icon(name), label)
  made.addEventListener('click', call)
  return made
}

async function mend(row, opener) {
  const form = await queue.again(row)
  if (form) lay(form, opener)
  else toast('这张单子现在打不开。内容在上面，抄下来再丢掉', 'amber')
}

async function retry(row) {
  await queue.retry(row)
  document.dispatchEvent(new CustomEvent('houqin:kept'))
  if (!net.down()) net.deliver()
}

async function discard(row) {
  if (!await net.sure(`丢掉这条“${row.label}”`, '它没有送出去，丢掉就没有了。', '丢掉')) return
  await drop(row.id)
  document.dispatchEvent(new CustomEvent('houqin:dropped'))
  if (net.down()) document.dispatchEvent(new CustomEvent('houqin:kept'))
  else net.deliver()
}

// 11月23日 7:52
export function when(text) {
  const at = new Date(text)
  return `${at.getMonth() + 1}月${at.getDate()}日 ${at.getHours()}:${String(at.getMinutes()).padStart(2, '0')}`
}
