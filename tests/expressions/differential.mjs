// Generates expressions with contexts, evaluates each with GitHub's own implementation and with ours, and compares kind
// and value (of errors only that both fail).
//
//   node differential.mjs ORACLE [SEED] [COUNT]
//
// Where the JavaScript implementation differs from GitHub's runner (in C#), the runner counts, so the generator keeps out
// of: numbers whose text needs more than 15 digits or an exponent, 0x and 0o beyond 31 bits, two quotes in one string (the
// JavaScript one unescapes only the first), a comma before `)`, keys that look like integers (JavaScript reorders them),
// `{0:x}` in format(), and errors in branches of case() that aren't taken (the runner doesn't evaluate those).

import { spawnSync } from 'node:child_process'
import { data, Evaluator, Lexer, Parser } from '@actions/expressions'

const [oracle, seedText, countText] = process.argv.slice(2)
const seed = Number(seedText ?? process.env.FLUX_SEED ?? 20261124)
const count = Number(countText ?? 12000)

// mulberry32
let state = seed >>> 0
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0
  let t = state
  t = Math.imul(t ^ (t >>> 15), t | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const pick = (list) => list[Math.floor(random() * list.length)]
const chance = (p) => random() < p
const some = (least, most, make) => Array.from({ length: least + Math.floor(random() * (most - least + 1)) }, make)

const names = ['github', 'env', 'vars', 'job', 'jobs', 'steps', 'runner', 'secrets', 'strategy', 'matrix', 'needs', 'inputs']
const keys = ['a', 'b', 'c', 'ref', 'Name', 'node-version', 'os', '_x', 'items', 'nested']
const strings = ['', ' ', 'a', 'A', 'abc', 'ABC', 'aBcDef', 'refs/heads/main', 'true', 'false', 'null', '0', '-0', '1', '12', ' 12 ', '1.5',
  '0x1F', '0o17', '1e3', '-1', 'Infinity', '-Infinity', 'NaN', '1_000', 'ä', 'Ä', 'ÄÖÜ', 'straße', 'λόγος', 'ΛΌΓΟΣ', 'привет',
  'ПРИВЕТ', 'ı', 'I', 'i', '日本', '😀', '\uffee', "it's", 'a,b', '{0}', '{{x}}', '\t', 'line\nbreak', '"quoted"', '\\']
const numbers = [0, 1, -1, 2, 3, 12, 255, 1.5, -2.25, 0.1, 0.001, 123456789, 999999999999, 1e3]
const numberTexts = ['0', '1', '-1', '+1', '2', '12', '1.5', '-2.25', '.5', '1.', '0x1F', '0xff', '0o17', '1e3', '1.2E-2', '-0', 'NaN', 'Infinity',
  '-Infinity', '123456789', '+0.5']

const jsonValue = (depth) => {
  const roll = random()
  if (depth > 0 && roll < 0.25) return Object.fromEntries(some(0, 4, () => [pick(keys), jsonValue(depth - 1)]))
  if (depth > 0 && roll < 0.45) return some(0, 4, () => jsonValue(depth - 1))
  if (roll < 0.55) return null
  if (roll < 0.65) return chance(0.5)
  if (roll < 0.8) return pick(numbers)
  return pick(strings)
}
const contexts = () => Object.fromEntries(names.map((name) => [name,
  chance(0.85) ? Object.fromEntries(some(1, 6, () => [pick(keys), jsonValue(3)])) : jsonValue(1)]))

const blank = () => (chance(0.1) ? pick([' ', '  ', '\t', '\n']) : '')
const quote = (text) => `'${text.replaceAll("'", "''")}'`
const recase = (text) => (chance(0.2) ? [...text].map((c) => (chance(0.5) ? c.toUpperCase() : c.toLowerCase())).join('') : text)

const patterns = ['{0}', 'x{0}y{1}', '{1}{0}', '{{{0}}}', '{{0}}', '{2}', '{', '}', '{0', '0}', 'plain', '{0}{0}', '{a}', '{-1}', '{00}', '{}', '}}{{']
const jsonTexts = ['null', 'true', '1', '-1.5e3', '"x"', '[]', '{}', '[1, 2, 3]', '{"a": {"b": [1, {"c": null}]}}', '{"a":1,"A":2}', '{"a":1,"a":2}',
  ' [1] ', '', ' ', '[1,]', '{"a"}', '01', '1.', '.5', '+1', 'nul', '"\\u0041\\n"', '"\\x"', "'a'", '[1] x', '"\t"', '1e400', '-0', '[[[[[[1]]]]]]',
  '{"b":[{"a":1},{"a":2,"c":"z"}]}', 'NaN', '{"Name":"x","name":"y"}', '"\\ud83d\\ude00"', '1E5', '1e+2', '1e', '"unterminated']

const literal = () => {
  const roll = random()
  if (roll < 0.45) return quote(pick(strings))
  if (roll < 0.75) return pick(numberTexts)
  return pick(['true', 'false', 'null', 'true', 'false', 'TRUE'])
}

const access = (depth) => {
  let text = recase(chance(0.97) ? pick(names) : 'unknown')
  if (chance(0.15)) text = call('fromJSON', [quote(pick(jsonTexts))])
  else if (depth > 0 && chance(0.1)) text = `(${expression(depth - 1)})`
  for (const _ of some(0, 4, () => 0)) {
    const roll = random()
    if (roll < 0.5) text += `.${recase(pick(keys))}`
    else if (roll < 0.65) text += '.*'
    else if (roll < 0.7) text += '[*]'
    else if (roll < 0.8) text += `[${quote(pick(keys))}]`
    else if (roll < 0.9) text += `[${pick(['0', '1', '2', '-1', '1.9', '99'])}]`
    else text += `[${expression(Math.max(0, depth - 2))}]`
  }
  return text
}

const call = (name, args) => `${recase(name)}(${args.join(`,${blank()}`)})`
const functionCall = (depth) => {
  const e = () => expression(depth - 1)
  switch (pick(['contains', 'startsWith', 'endsWith', 'format', 'join', 'toJSON', 'fromJSON', 'case', 'wrong'])) {
    case 'contains': return call('contains', [e(), e()])
    case 'startsWith': return call('startsWith', [e(), e()])
    case 'endsWith': return call('endsWith', [e(), e()])
    case 'format': return call('format', [chance(0.8) ? quote(pick(patterns)) : e(), ...some(0, 3, e)])
    case 'join': return call('join', [e(), ...some(0, 1, e)])
    case 'toJSON': return call('toJSON', [chance(0.6) ? access(depth - 1) : e()])
    case 'fromJSON': return call('fromJSON', [chance(0.6) ? quote(pick(jsonTexts)) : chance(0.5) ? call('toJSON', [e()]) : e()])
    // Values that can't fail: see above.
    case 'case': return call('case', [e(), literal(), ...(chance(0.5) ? [`${literal()} == ${literal()}`, literal()] : []), literal()])
    default: return call(pick(['contains', 'nothing', 'toJSON', 'startsWith', 'case', 'join']), some(0, 4, literal))
  }
}

const expression = (depth) => {
  const roll = random()
  if (depth <= 0) return chance(0.5) ? literal() : access(0)
  if (roll < 0.15) return literal()
  if (roll < 0.35) return access(depth)
  if (roll < 0.6) return functionCall(depth)
  if (roll < 0.65) return `!${blank()}${expression(depth - 1)}`
  if (roll < 0.75) return `(${blank()}${expression(depth - 1)}${blank()})`
  const operator = pick(['==', '!=', '<', '<=', '>', '>=', '&&', '||'])
  return `${expression(depth - 1)} ${operator}${blank()} ${expression(depth - 1)}`
}

const pair = /\\ud83d\\ude00/g // escaped, as in jsonTexts; half of one has no place in UTF-8

// A few are broken on purpose.
const junk = ['(', ')', '[', ']', ',', '.', '*', '!', '=', '==', '&', '|', '&&', '"', '-', '#', '$', '@', ' ', '1a', '%']
const broken = (text) => {
  const at = Math.floor(random() * (text.length + 1))
  return chance(0.5) ? text.slice(0, at) + pick(junk) + text.slice(at) : text.slice(0, at) + text.slice(at + 1)
}

// Pairs of everything with everything, for each operator.
const operands = [...strings.filter((s) => s !== "it's").map(quote), ...numberTexts, 'true', 'false', 'null', 'github', 'github.list', 'github.none']
const grid = []
for (const left of operands) {
  for (const right of operands) grid.push(`${left} ${pick(['==', '!=', '<', '<=', '>', '>=', '&&', '||'])} ${right}`)
}
const deep = [1, 10, 24, 48, 49, 50, 51, 60].flatMap((n) => [
  '('.repeat(n) + '1' + ')'.repeat(n), '!'.repeat(n) + 'true', 'github' + '.a'.repeat(n), 'fromJSON('.repeat(n) + "'1'" + ')'.repeat(n),
  'github' + '[0'.repeat(n) + ']'.repeat(n), Array(n).fill('1').join(' == '), Array(n).fill('true').join(' && ')])
deep.push(`'${'x'.repeat(20998)}'`, `'${'x'.repeat(20999)}'`, Array(1000).fill('1').join('=='))

const outsideOurReach = (text) => {
  const quoted = text.match(/'(?:[^']|'')*'/g) ?? []
  const rest = text.replace(/'(?:[^']|'')*'/g, "''")
  return quoted.some((s) => s.slice(1, -1).split("''").length > 2) || /,\s*\)/.test(rest) || /0[xXoObB][0-9a-fA-F]*/.test(rest.replace(/0x1F|0xff|0o17/g, '')) ||
    /\{\d+[^}\d]/.test(text) || !text.replace(pair, '').isWellFormed() || text.replace(pair, '').includes('\\ud83d')
}

const questions = [...deep, ...grid].map((expr) => ({ expr, contexts: { github: { list: [1, 'a'], a: { b: 1 } } } }))
while (questions.length < count + deep.length + grid.length) {
  let expr = expression(1 + Math.floor(random() * 4))
  if (chance(0.08)) expr = broken(expr)
  if (expr.length < 2000 && !outsideOurReach(expr)) questions.push({ expr, contexts: contexts() })
}

const toData = (value) => JSON.parse(JSON.stringify(value), (_key, v) => {
  if (v === null) return new data.Null()
  if (typeof v === 'string') return new data.StringData(v)
  if (typeof v === 'number') return new data.NumberData(v)
  if (typeof v === 'boolean') return new data.BooleanData(v)
  if (Array.isArray(v)) { const array = new data.Array(); for (const item of v) array.add(item); return array }
  return new data.Dictionary(...Object.entries(v).map(([key, item]) => ({ key, value: item })))
})
const kinds = new Map([[data.Kind.Null, 'null'], [data.Kind.Boolean, 'boolean'], [data.Kind.Number, 'number'], [data.Kind.String, 'string'],
  [data.Kind.Array, 'array'], [data.Kind.Dictionary, 'object']])
const plain = (d) => {
  switch (kinds.get(d.kind)) {
    case 'null': return null
    case 'number': return Number.isFinite(d.value) ? (d.value === 0 ? 0 : d.value) : String(d.value)
    case 'array': return d.values().map(plain)
    case 'object': return Object.fromEntries(d.pairs().map(({ key, value }) => [key, plain(value)]))
    default: return d.value
  }
}
const theirs = ({ expr, contexts: given }) => {
  try {
    const all = { ...Object.fromEntries(names.map((name) => [name, null])), ...given }
    const tree = new Parser(new Lexer(expr).lex().tokens, names, []).parse()
    const value = new Evaluator(tree, toData(all)).evaluate()
    return { kind: kinds.get(value.kind), value: plain(value) }
  } catch (error) {
    return { error: error.message }
  }
}

const run = spawnSync(oracle, { input: questions.map((q) => JSON.stringify(q)).join('\n') + '\n', maxBuffer: 1 << 30, encoding: 'utf8' })
if (run.status !== 0) {
  console.error(`seed ${seed}: the oracle ended with ${run.status ?? run.signal}: ${run.stderr}`)
  process.exit(1)
}
const answers = run.stdout.trimEnd().split('\n').map((line) => JSON.parse(line))

let disagreements = 0
let errors = 0
questions.forEach((question, i) => {
  const expected = theirs(question)
  const actual = answers[i]
  if (expected.error !== undefined) errors += 1
  const same = expected.error !== undefined || actual?.error !== undefined
    ? expected.error !== undefined && actual?.error !== undefined
    : expected.kind === actual.kind && JSON.stringify(expected.value) === JSON.stringify(plainZero(actual.value))
  if (same) return
  disagreements += 1
  if (disagreements <= 20) {
    console.error(`${question.expr.slice(0, 500)}\n  theirs: ${JSON.stringify(expected).slice(0, 300)}\n  ours:   ${JSON.stringify(actual)?.slice(0, 300)}`)
    if (process.env.FLUX_SHOW_CONTEXTS) console.error(`  with:   ${JSON.stringify(question.contexts)}`)
  }
})
function plainZero(value) {
  if (value === 0) return 0
  if (Array.isArray(value)) return value.map(plainZero)
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plainZero(v)]))
  return value
}
console.log(`seed ${seed}: ${questions.length} expressions (${errors} of them errors), ${disagreements} disagreements`)
process.exit(disagreements === 0 && answers.length === questions.length ? 0 : 1)
