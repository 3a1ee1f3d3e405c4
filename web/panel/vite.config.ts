import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const STATION = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../../src/pilotline/panel/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "licences.md" },
  },
  server: {
    // The station lets in only what names its own address, in Host and in Origin.
    proxy: {
      "/api": {
        target: STATION,
        ws: true,
        changeOrigin: true,
        rewriteWsOrigin: true,
        headers: { origin: STATION },
      },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
