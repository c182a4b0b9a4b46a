// Makes of a folder of finished files what the binary takes in: node bake_page.mjs DIST INTO writes INTO/page.bin, all
// bytes in a row, and INTO/baked_files.cpp, the table that says what is where. Text comes in three forms: as it is, by
// gzip and by brotli, where that is smaller.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [dist, into] = process.argv.slice(2).map((folder) => resolve(folder));

// A file of another kind is a mistake, or needs a row here: nothing is served by guessing.
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const packed = new Set(['.png', '.ico', '.woff2']);

const names = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
  .filter((name) => !name.startsWith('.'))
  .sort();
if (!names.includes('index.html')) throw new Error(`${dist} holds no index.html.`);

const pieces = [];
let size = 0;
/// Where `bytes` begin in page.bin, as a C++ expression for them.
function keep(bytes) {
  const expression = `bytes(${size}, ${bytes.length})`;
  pieces.push(bytes);
  size += bytes.length;
  return expression;
}

const rows = names.map((name) => {
  const extension = extname(name);
  if (!types[extension]) throw new Error(`${name}: no media type is known for ${extension || 'a file without extension'}.`);
  if (!/^[\w./-]+$/.test(name)) throw new Error(`${name}: not a name for a URL.`);
  const plain = readFileSync(join(dist, name));
  const smaller = (bytes) => (packed.has(extension) || bytes.length >= plain.length ? '{}' : keep(bytes));
  const gzip = gzipSync(plain, { level: 9 });
  const brotli = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  const digest = createHash('sha256').update(plain).digest('hex').slice(0, 16);
  // Vite puts a hash of the content into the names below assets/, and into no others.
  const isHashed = name.startsWith('assets/');
  return `    {"/${name}", "${types[extension]}", "${digest}", ${isHashed}, ${keep(plain)}, ${smaller(gzip)}, ${smaller(brotli)}},`;
});

const bytes = Buffer.concat(pieces);
const digest = createHash('sha256').update(bytes).digest('hex');
writeFileSync(join(into, 'page.bin'), bytes);
writeFileSync(join(into, 'baked_files.cpp'), `// Made by setup/bake_page.mjs. page.bin: ${digest}
#include "page/baked_files.hpp"

#include <array>
#include <cstddef>

// .incbin, because g++ 12 has no #embed, and an array of numbers takes it seconds and 100 MB.
asm(R"(
    .pushsection .rodata
    .hidden flux_page_bytes
    .globl flux_page_bytes
flux_page_bytes:
    .incbin "${join(into, 'page.bin')}"
    .byte 0
    .popsection
)");
extern "C" {
extern const char flux_page_bytes[];
}

namespace flux::page {

namespace {

std::string_view bytes(std::size_t begin, std::size_t size) { return {flux_page_bytes + begin, size}; }

}  // namespace

std::span<const PageFile> baked_files() {
    static const std::array<PageFile, ${rows.length}> files{{
${rows.join('\n')}
    }};
    return files;
}

}  // namespace flux::page
`);
