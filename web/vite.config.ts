import { readFileSync } from 'node:fs';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/// The theme has to be known before the first paint. An inline script is against our Content-Security-Policy, and a
/// module runs too late: so a small classic script, hashed like every asset, stands first in the head.
function earlyTheme(): Plugin {
  const source = readFileSync(new URL('src/styles/early_theme.js', import.meta.url), 'utf8');
  let emitted = '';
  return {
    name: 'early-theme',
    apply: 'build',
    buildStart() {
      emitted = this.emitFile({ type: 'asset', name: 'early_theme.js', source });
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, context) {
        const file = Object.values(context.bundle ?? {}).find(
          (each) => each.type === 'asset' && each.names.includes('early_theme.js'),
        );
        if (!file) throw new Error(`The early theme ${emitted} is not in the bundle.`);
        return html.replace('<head>', `<head>\n    <script src="/${file.fileName}"></script>`);
      },
    },
  };
}

const behind = process.env.FLUX_BEHIND ?? 'http://127.0.0.1:8787';

export default defineConfig({
  plugins: [react(), tailwind(), earlyTheme()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
  },
  // `npm run dev` in front of a server that runs: FLUX_BEHIND=http://127.0.0.1:8787 npm run dev
  server: {
    proxy: {
      '/api': behind,
      '/readyz': behind,
      '/mcp': { target: behind, ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*_test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    css: false,
  },
});
