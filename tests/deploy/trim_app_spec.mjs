// Cuts DigitalOcean's own JSON Schema of an app down to its spec, without prose:
//
//   folder=$(mktemp -d) && (cd "$folder" && npm pack @digitalocean/mcp@1.0.70 && tar xzf digitalocean-mcp-*.tgz)
//   node tests/deploy/trim_app_spec.mjs "$folder/package/dist/app-create-schema.json"
//
// The package brings nine binaries with it (44 MB); hence the small file beside this one.
import { readFileSync, writeFileSync } from 'node:fs';

const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: trim_app_spec.mjs app-create-schema.json');
const { $schema, properties } = JSON.parse(readFileSync(source, 'utf8'));

/// Prose goes, and what an object does not name it does not take.
function strip(node, names = false) {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((each) => strip(each));
  const kept = Object.fromEntries(Object.entries(node).filter(([key]) => names || key !== 'description').map(([key, value]) => [key, strip(value, !names && key === 'properties')]));
  return !names && kept.type === 'object' && kept.properties && kept.additionalProperties === undefined ? { ...kept, additionalProperties: false } : kept;
}

const spec = strip(properties.spec);
const parts = Object.entries(spec.properties).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
const { properties: _, ...rest } = spec;
writeFileSync(new URL('app_spec.schema.json', import.meta.url),
  `{\n"$schema": ${JSON.stringify($schema)},\n"$comment": "from npm @digitalocean/mcp 1.0.70 (MIT)",\n${Object.entries(rest).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`).join('')}"properties": {\n${parts.join(',\n')}\n}\n}\n`);
