// Sources in src/houqin/ui/fe/, output in src/houqin/ui/static/dist/ (ignored by git, inside the wheel).
// An entry is app.js and each file of fe/entries/; whatever else lies in fe/ is imported by one of them.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { defineConfig } from 'vite'

const fe = resolve(import.meta.dirname, 'src/houqin/ui/fe')
const more = existsSync(`${fe}/entries`) ? readdirSync(`${fe}/entries`).filter(name => name.endsWith('.js')) : []
const input = { app: `${fe}/app.js`, ...Object.fromEntries(more.map(name => [basename(name, '.js'), `${fe}/entries/${name}`])) }

// WhiteNoise serves NAME.gz beside NAME; files that Vite named by their content never pass Django's storage, so they are packed here, once.
// Read back from the disk: only what was written is what Vite has finished with (__VITE_PRELOAD__ is filled in last of all).
const packed = {
  name: 'packed',
  writeBundle({ dir }, bundle) {
    for (const fileName of Object.keys(bundle)) {
      if (!/\.(js|css|svg|wasm)$/.test(fileName)) continue
      writeFileSync(`${dir}/${fileName}.gz`, gzipSync(readFileSync(`${dir}/${fileName}`), { level: 9 }))
    }
  },
}

export default defineConfig({
  root: fe,
  base: './',
  publicDir: false,
  plugins: [{ ...packed, enforce: 'post' }],
  build: {
    target: ['chrome105', 'edge105', 'firefox121', 'safari15.4'], // :has in the style sheets; said in docs/manual/phone.md; names younger than these: tests/house
    manifest: 'manifest.json',
    outDir: resolve(import.meta.dirname, 'src/houqin/ui/static/dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input },
  },
})
