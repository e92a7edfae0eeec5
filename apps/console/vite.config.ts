import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { budget } from './vite.budget.ts'

/** Where `npm run dev` finds a manager. */
const manager = process.env.CAPSTAN_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), budget({ page: 'SessionsPage.tsx', limitKB: 250 })],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The content security policy allows files of our own origin only: nothing may be inlined as a data URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every page needs, in one file: fewer requests, and packed together it is smaller.
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /apps\/console\/src\/no-eval\.ts$|node_modules\/(?:react|react-dom|scheduler|zod|@tanstack\/(?!react-table|table-core)[^/]+)\//,
            },
            // Parts of the component library that very many chunks share; more of it would bring those of the drawers along.
            { name: 'parts', test: /node_modules\/@(?:mantine|floating-ui)\//, minShareCount: 10 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: manager, changeOrigin: false } } },
})
