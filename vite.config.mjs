// Sources in src/houqin/ui/fe/, output in src/houqin/ui/static/dist/ (ignored by git, inside the wheel).
// An entry is app.js and each file of fe/entries/; whatever else lies in fe/ is imported by one of them.
import { readdirSync, existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { defineConfig } from 'vite'

const fe = resolve(import.meta.dirname, 'src/houqin/ui/fe')
const more = existsSync(`${fe}/entries`) ? readdirSync(`${fe}/entries`).filter(name => name.endsWith('.js')) : []
const input = { app: `${fe}/app.js`, ...Object.fromEntries(more.map(name => [basename(name, '.js'), `${fe}/entries/${name}`])) }

// WhiteNoise serves NAME.gz beside NAME; files that Vite named by their content never pass Django's storage, so they are packed here, once.
const packed = {
  name: 'packed',
  generateBundle(_, bundle) {
    for (const [fileName, item] of Object.entries(bundle)) {
      if (!/\.(js|css|svg|wasm)$/.test(fileName)) continue
      const source = gzipSync(item.type === 'chunk' ? item.code : item.source, { level: 9 })
      this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source })
    }
  },
}

export default defineConfig({
  root: fe,
  base: './',
  publicDir: false,
  plugins: [{ ...packed, enforce: 'post' }],
  build: {
    manifest: 'manifest.json',
    outDir: resolve(import.meta.dirname, 'src/houqin/ui/static/dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input },
  },
})
