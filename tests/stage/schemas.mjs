// Holds what a tool answers against what it promised.
import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

/// Reads a list of tools once; the answer checks results by the name that was called, in either spelling.
export function promises(tools) {
  const known = new Map();
  for (const tool of tools) {
    assert.equal(tool.inputSchema.type, 'object', `${tool.name}: the input schema is no object's`);
    ajv.compile(tool.inputSchema);
    if (tool.outputSchema) known.set(tool.name.replace('.', '_'), ajv.compile(tool.outputSchema));
  }
  return (name, result) => {
    assert.ok(Array.isArray(result.content), `${name}: no content`);
    const valid = known.get(name.replace('.', '_'));
    if (!valid || result.isError) return result;
    assert.ok(result.structuredContent, `${name}: no structuredContent`);
    assert.ok(valid(result.structuredContent),
      `${name}: ${ajv.errorsText(valid.errors)}\n${JSON.stringify(result.structuredContent).slice(0, 2000)}`);
    return result;
  };
}

/// Whether arguments fit a tool's input schema.
export function accepts(tool, args) {
  return ajv.compile(tool.inputSchema)(args);
}
