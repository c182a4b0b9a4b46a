// A wire between browser and server that a test can cut.
import net from 'node:net';
import { afterwards } from './stage.mjs';

/// `lead` says to which port it goes; `cut` ends what goes over it; `break` keeps it cut until `mend`.
export async function wire(t) {
  const pairs = new Set();
  let whole = true;
  let port;
  let refused = 0;
  const listener = net.createServer((near) => {
    if (!whole) {
      refused++;
      near.destroy();
      return;
    }
    const far = net.connect(port, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    for (const [one, other] of [[near, far], [far, near]]) {
      one.on('error', () => {});
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
      one.pipe(other);
    }
  });
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  const cut = () => {
    for (const { near, far } of [...pairs]) {
      near.destroy();
      far.destroy();
    }
  };
  afterwards(t, () => new Promise((done) => {
    cut();
    listener.close(done);
  }));
  return {
    origin: `http://127.0.0.1:${listener.address().port}`,
    lead: (to) => {
      port = to;
    },
    cut,
    refused: () => refused,
    break: () => {
      whole = false;
      cut();
    },
    mend: () => {
      whole = true;
    },
  };
}
