// What the phone keeps: the key of whoever is logged in, what he carries, and the queue of what he filled. Everything but the key is sealed
// (AES-GCM); the key cannot be read out of the browser and goes with the login. docs/decisions/0004-offline-queue.md
import { openDB } from 'idb'
import { within } from './dom.js'

const TABLES = { keys: { keyPath: 'person' }, sheets: { keyPath: 'person' }, rows: { keyPath: 'id', autoIncrement: true } }
const ROOM = 20_000_000 // below this one is told before he types
let opened

const base = () => opened ??= openDB('houqin', 1, {
  upgrade(db) { for (const [name, shape] of Object.entries(TABLES)) db.createObjectStore(name, shape) },
  terminated() { opened = undefined },
})

const bytes = text => new TextEncoder().encode(text)

async function seal({ key, person }, content) {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return { iv, body: await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytes(person) }, key, content) }
}

const unseal = ({ key, person }, { iv, body }) => crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: bytes(person) }, key, body)
const read = async (me, sealed) => JSON.parse(new TextDecoder().decode(await unseal(me, sealed)))

// ── who ──────────────────────────────────────────────────────────────────

// Whoever may read and fill on this phone now: { person, key, until }, or nobody.
export async function me() {
  const [held] = await (await base()).getAll('keys')
  if (held && Date.parse(held.until) > Date.now()) return held
  if (held) await forget()
  return null
}

// Ask the server who is logged in: his key is kept, everybody else's goes. A login that is over leaves nobody's.
export async function ask() {
  const answer = await fetch('/phone/ready/', { headers: { Accept: 'application/json' }, cache: 'no-store', signal: within(15_000) })
  if (answer.status === 401 || answer.redirected) { await forget(); return null }
  if (!answer.ok) throw new TypeError(`ready: ${answer.status}`)
  const { person, key, until, token } = await answer.json()
  await forget(person)
  if (!key) return { person, token, key: null }
  const raw = Uint8Array.from(key.match(/../g), pair => parseInt(pair, 16))
  const held = { person, until, key: await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']) }
  await (await base()).put('keys', held)
  return { ...held, token }
}

// Logged out, or another: keys and what was carried go. The sealed queue stays until its owner is back.
export async function forget(but = '') {
  const db = await base()
  for (const table of ['keys', 'sheets']) {
    for (const person of await db.getAllKeys(table)) if (person !== but) await db.delete(table, person)
  }
}

// ── what is carried ──────────────────────────────────────────────────────

export async function carried() {
  const owner = await me()
  const sheet = owner && await (await base()).get('sheets', owner.person)
  return sheet ? read(owner, sheet) : null
}

export async function carry(older) {
  const owner = await me()
  if (!owner) return
  const db = await base()
  const had = await db.get('sheets', owner.person)
  if (had && Date.now() - had.at < older) return
  const answer = await fetch('/phone/carried/', { headers: { Accept: 'application/json' }, cache: 'no-store' })
  if (!answer.ok) return
  const text = await answer.text()
  if (JSON.parse(text).person === owner.person) await db.put('sheets', { person: owner.person, at: Date.now(), ...await seal(owner, bytes(text)) })
}

// ── the queue ────────────────────────────────────────────────────────────

// A row: { id, person, state: waiting | refused | sent, rev: how often it was written } in the open, the rest sealed; photos sealed each for itself.
export async function add(row, files) {
  const owner = await me()
  if (!owner) throw new Error('登录已经过期，没有存下。写过的还在这一页上，连上网登录以后再按')
  const sealed = await Promise.all(files.map(async file => seal(owner, await file.arrayBuffer())))
  return (await base()).add('rows', { person: owner.person, state: 'waiting', rev: 0, files: sealed, ...await seal(owner, bytes(JSON.stringify(row))) })
}

export async function change(id, state, row, files) {
  const owner = await me()
  const db = await base()
  const kept = await db.get('rows', id)
  if (!owner || kept?.person !== owner.person) return
  const sealed = files ? await Promise.all(files.map(async file => seal(owner, await file.arrayBuffer()))) : kept.files
  await db.put('rows', { id, person: owner.person, state, rev: (kept.rev ?? 0) + 1, files: sealed, ...await seal(owner, bytes(JSON.stringify(row))) })
}

// What came of sending a row as it was read. One mended meanwhile is not touched; if its older form has arrived, it says so.
export async function settle(row, answer) {
  const now = await find(row.id)
  if (!now || (now.rev === row.rev && now.state === row.state)) return change(row.id, answer.ok ? 'sent' : 'refused', { ...row, answer })
  const op = crypto.randomUUID().replaceAll('-', '') // sent again it is an intent of its own
  if (answer.ok) await change(row.id, 'refused', { ...now, op, answer: { at: answer.at, ok: false, status: 409, sentence: MENDED } })
}

const MENDED = '改之前的那一份已经送到了，改的没有收下。看一下那件事，还要改就再办一次'

export const drop = async id => (await base()).delete('rows', id)

export async function rows() {
  const owner = await me()
  if (!owner) return []
  const mine = (await (await base()).getAll('rows')).filter(one => one.person === owner.person)
  return Promise.all(mine.map(one => unsealed(owner, one)))
}

const unsealed = async (owner, one) => ({ ...await read(owner, one), id: one.id, state: one.state, rev: one.rev ?? 0 })

// One row as it is now; null if it was thrown away.
export async function find(id) {
  const owner = await me()
  const kept = owner && await (await base()).get('rows', id)
  return kept?.person === owner?.person && kept ? unsealed(owner, kept) : null
}

export async function filesOf(row) {
  const owner = await me()
  const { files } = await (await base()).get('rows', row.id)
  return Promise.all(files.map(async (one, at) => new File([await unseal(owner, one)], row.files[at].file, { type: row.files[at].type })))
}

// How many wait, without opening one: whoever's phone it is may know that.
export async function counts() {
  const owner = await me()
  const found = { waiting: 0, refused: 0, sent: 0, others: 0 }
  for (const { person, state } of await (await base()).getAll('rows')) {
    if (person === owner?.person) found[state] += 1
    else if (state !== 'sent') found.others += 1
  }
  return found
}

export async function isFull() {
  const { quota, usage } = await navigator.storage?.estimate?.() ?? {}
  return quota !== undefined && quota - usage < ROOM
}

export const hold = () => navigator.storage?.persist?.()
