import { defineConfig } from 'vite'

// Files of its own for all: the pages' Content-Security-Policy takes no data: and nothing inline but images.
export default defineConfig({
  build: {
    outDir: '../../../target/webui/META-INF/resources',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
  },
  server: {
    // what the numbers mean stands there
    fs: { allow: ['.', '../../../../docs'] },
    // the API of a running ./filcdn up
    proxy: { '/api': 'http://127.0.0.1:8402' },
  },
})
