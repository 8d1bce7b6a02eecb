// The service worker: the shell where there is no net, the files of the build from its own store. It keeps no page of anybody:
// what is not in FILES is asked of the server, every time. Written by houqin/ui/phone.py.
const STORE = 'shell-{{ version }}'
const PAGE = '/phone/'
const FILES = {{ files|safe }}
const HURRY = 3000
let lost = 0 // until then the net is known to be away, and a page is not waited for

self.addEventListener('install', event => event.waitUntil(fill()))
self.addEventListener('activate', event => event.waitUntil(tidy()))
self.addEventListener('message', event => {
  if (event.data === 'claim') event.waitUntil(self.clients.claim()) // a page that was on its way when the first claim was made
  else lost = event.data === 'lost' ? Date.now() + 60_000 : 0
})
self.addEventListener('fetch', event => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (FILES.includes(url.pathname)) event.respondWith(file(request))
})

async function fill() {
  const store = await caches.open(STORE)
  await store.addAll([PAGE, ...FILES].map(url => new Request(url, { credentials: 'omit', cache: 'no-cache' })))
  await self.skipWaiting()
}

async function tidy() {
  for (const name of await caches.keys()) if (name !== STORE) await caches.delete(name)
  await self.clients.claim()
}

async function page(request) {
  const late = Date.now() < lost ? [new Promise((_, fail) => setTimeout(fail, HURRY))] : []
  try {
    return await Promise.race([fetch(request), ...late])
  } catch {
    return (await caches.match(PAGE)) ?? Response.error()
  }
}

async function file(request) {
  return (await caches.match(request.url, { ignoreVary: true })) ?? fetch(request)
}
