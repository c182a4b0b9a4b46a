// GitHub's description of its REST API: finds the operation of a request, and judges requests and answers.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import formats from 'ajv-formats';

const loaded = new Map();

/// `name` is a file of openapi/: '2022-11-28', '2026-03-10' or 'ghes-3.19'. Read once for all who ask.
export function description(name) {
  if (!loaded.has(name)) loaded.set(name, new Description(name));
  return loaded.get(name);
}

class Description {
  #ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false, formats: { int64: true, 'repo.nwo': true } });
  #schemas;
  #routes = [];
  #validators = new Map();

  constructor(name) {
    const file = JSON.parse(readFileSync(new URL(`openapi/${name}.json`, import.meta.url), 'utf8'));
    formats.default(this.#ajv);
    // The real one sends "" where its description promises a URI.
    this.#ajv.addFormat('uri', true);
    this.name = name;
    this.#schemas = file;
    this.#ajv.addSchema({ $id: 'github', ...asJsonSchema(file) });
    for (const [path, item] of Object.entries(file.paths)) {
      for (const [method, operation] of Object.entries(item)) this.#routes.push(this.#route(path, method, operation));
    }
    this.#routes.sort((a, b) => b.weight - a.weight);
  }

  #route(path, method, operation) {
    const parameters = (operation.parameters ?? []).map((each) => this.#resolve(each));
    const names = [];
    const pattern = path.split('/').map((part) => part.replace(/\{(\w+)\}|[.*+?^$()|[\]\\]/g, (found, name) => {
      if (!name) return `\\${found}`;
      names.push(name);
      return ['path', 'ref'].includes(name) ? '(.+)' : '([^/]+)';
    })).join('/');
    return {
      id: operation.operationId, method: method.toUpperCase(), path, names, operation, parameters,
      regex: new RegExp(`^${pattern}$`),
      // The most literal path is the one that is meant: .../commits/{ref}/pulls before .../commits/{ref}.
      weight: path.split('/').reduce((sum, part) => sum + (part.includes('{') ? 1 : 10), 0),
    };
  }

  #resolve(node) {
    const match = /^#\/components\/(\w+)\/(.+)$/.exec(node?.$ref ?? '');
    return match ? this.#schemas.components[match[1]][match[2]] : node;
  }

  #validator(key, schema) {
    if (!this.#validators.has(key)) this.#validators.set(key, this.#ajv.compile(asJsonSchema(schema)));
    return this.#validators.get(key);
  }

  /// The operation of a request as {id, params, …}; undefined when there is none, or when it is not known here.
  match(method, path) {
    for (const route of this.#routes) {
      if (route.method !== method) continue;
      const match = route.regex.exec(path);
      if (!match) continue;
      const params = Object.fromEntries(route.names.map((name, index) => [name, decoded(match[index + 1])]));
      return { ...route, params };
    }
    return undefined;
  }

  /// What the description has against a request, as sentences. Query parameters and members of the body that it does not
  /// know are mistakes, although GitHub ignores some of them: they show that somebody thinks GitHub can do what it cannot.
  judgeRequest(route, { query, body }) {
    const wrong = [];
    const known = new Map(route.parameters.map((each) => [`${each.in} ${each.name}`, each]));
    for (const [name, value] of Object.entries(route.params)) {
      const parameter = known.get(`path ${name}`);
      if (parameter) wrong.push(...this.#judgeText(route, parameter, value));
    }
    for (const [name, value] of query) {
      const parameter = known.get(`query ${name}`);
      if (parameter) wrong.push(...this.#judgeText(route, parameter, value));
      else wrong.push(`query: "${name}" is not a parameter of ${route.id}`);
    }
    const promised = this.#resolve(route.operation.requestBody);
    const schema = promised?.content['application/json']?.schema;
    if (body === undefined) {
      if (promised?.required) wrong.push('body: is missing');
    } else if (!schema) {
      wrong.push(`body: ${route.id} takes none`);
    } else {
      const valid = this.#validator(`${route.id} body`, closed(this.#resolve(schema)));
      if (!valid(body)) wrong.push(...valid.errors.map((error) => sentence('body', error)));
    }
    return wrong;
  }

  #judgeText(route, parameter, text) {
    // Called a date-time there; what is meant is GitHub's search syntax for times, as its prose says.
    const schema = parameter.name === 'created' ? times : this.#resolve(parameter.schema);
    const types = JSON.stringify(schema);
    const asNumber = /"type":"integer"/.test(types) && /^-?\d+$/.test(text) ? Number(text) : text;
    const value = schema.type === 'boolean' && ['true', 'false'].includes(text) ? text === 'true' : asNumber;
    const valid = this.#validator(`${route.id} ${parameter.in} ${parameter.name}`, schema);
    if (!valid(value)) return valid.errors.map((error) => sentence(`${parameter.in} ${parameter.name}`, error));
    if (parameter.name === 'per_page' && value > 100) return ['query per_page: more than 100 are not given'];
    return [];
  }

  /// What the description has against an answer, as sentences. A status that it does not name may still be an error of
  /// the usual form: GitHub's description leaves most of them out.
  judgeAnswer(route, status, body) {
    const promised = this.#resolve(route.operation.responses[String(status)]);
    if (!promised) {
      if (status < 400 && status !== 304 && status !== 301 && status !== 307) return [`answer: ${route.id} never answers ${status}`];
      if (status >= 400 && typeof body?.message !== 'string') return [`answer: ${status} without a message`];
      return [];
    }
    const schema = promised.content?.['application/json']?.schema;
    if (!schema || body === undefined || typeof body === 'string') {
      return schema && status < 300 && body === undefined && status !== 202 ? [`answer: ${status} of ${route.id} has no body`] : [];
    }
    const valid = this.#validator(`${route.id} answer ${status}`, schema);
    return valid(body) ? [] : valid.errors.map((error) => sentence(`answer ${status} of ${route.id}`, error));
  }

  /// What the description has against a webhook's payload; `event` is a name like workflow-run-completed.
  judgeEvent(event, payload) {
    const promised = this.#schemas.webhooks[event];
    if (!promised) return [`event: ${event} is not described`];
    const valid = this.#validator(`event ${event}`, promised.requestBody.content['application/json'].schema);
    return valid(payload) ? [] : valid.errors.map((error) => sentence(`event ${event}`, error));
  }
}

const time = String.raw`\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?`;
const times = { type: 'string', pattern: String.raw`^((>=|<=|>|<)?${time}|(${time}|\*)\.\.(${time}|\*))$` };

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function sentence(where, error) {
  const detail = error.params && Object.keys(error.params).length > 0 ? ` ${JSON.stringify(error.params)}` : '';
  return `${where}${error.instancePath}: ${error.message}${detail}`;
}

/// An object that takes no members but those it names.
function closed(schema) {
  return schema.type === 'object' && schema.properties && schema.additionalProperties === undefined
    ? { ...schema, additionalProperties: false } : schema;
}

/// OpenAPI 3.0's `nullable` in the words of JSON Schema, and references that lead into the whole file.
function asJsonSchema(node) {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map(asJsonSchema);
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) =>
    [key, key === '$ref' ? value.replace(/^#/, 'github#') : asJsonSchema(value)]));
  if (copy.nullable !== true) return copy;
  delete copy.nullable;
  return { anyOf: [{ type: 'null' }, copy] };
}
