// Has an SDK that knows only its newest revision say hello in another.
export function speaking(revision, transport) {
  const send = transport.send.bind(transport);
  transport.send = (message, ...rest) => {
    if (message.method !== 'initialize') return send(message, ...rest);
    return send({ ...message, params: { ...message.params, protocolVersion: revision } }, ...rest);
  };
  return transport;
}
