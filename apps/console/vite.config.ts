import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { budget } from './vite.budget.ts'
import { gzipped } from './vite.gzip.ts'
import { leaveOutJsonSchema } from './vite.leave-out.ts'

/** Where `npm run dev` finds a manager. */
const manager = process.env.CAPSTAN_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [
    leaveOutJsonSchema(),
    react(),
    budget({ page: 'SessionsPage.tsx', limitKB: 250 }),
    gzipped(),
  ],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The content security policy allows files of our own origin only: nothing may be inlined as a data URL.
    assetsInlineLimit: 0,
    // Pages name what they import themselves; a list of all that would cost the first page 2 kB. Styles have no other way.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, files) => files.filter(file => file.endsWith('.css')),
    },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // All that the first page needs, in one file: fewer requests, and packed together it is smaller.
        codeSplitting: { groups: [{ name: 'console', test: /apps\/console\/src\/main\.tsx$/ }] },
      },
    },
  },
  server: { proxy: { '/api': { target: manager, changeOrigin: false } } },
})
