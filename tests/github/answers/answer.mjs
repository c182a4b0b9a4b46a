// What a handler gives back: {status, body, headers, page, redirect, text}. An error is thrown and becomes an answer.
export class Refusal extends Error {
  constructor(status, message, { errors, headers = {} } = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.body = { message, ...(errors && { errors }), documentation_url: 'https://docs.github.com/rest', status: String(status) };
  }
}

export const notFound = () => new Refusal(404, 'Not Found');

/// A list of which the front gives out one page. `wrap` puts the page's items into what GitHub answers.
export const list = (items, shape, wrap = (page) => page) => ({ status: 200, page: { items, shape, wrap } });
