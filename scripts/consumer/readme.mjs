// Runs the first example of the README as it is printed, against a server that asks for the client
// certificate and the token, and fails unless the example prints what it should.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createCertificateAuthority, createWssServer } from 'rx-wss/testing';

const authority = await createCertificateAuthority();
const identity = await authority.issue({ commonName: 'localhost', usage: 'server' });
const client = await authority.issue({ commonName: 'me', usage: 'client' });
writeFileSync('ca.pem', authority.certificate);
writeFileSync('me.pem', client.cert);
writeFileSync('me.key', client.key);

const ca = authority.certificate;
const server = await createWssServer({
  tls: { cert: identity.cert, key: identity.key, ca, requestCert: true, rejectUnauthorized: true },
  onRequest: ({ headers }) =>
    headers.authorization === 'Bearer secret' ? undefined : { status: 401 },
  onConnection: async (connection) => {
    const isFirst = server.accepted === 1;
    await connection.send(JSON.stringify({ symbol: 'ADA', price: isFirst ? 1 : 2 }));
    await connection.send(JSON.stringify({ symbol: 'ADA', price: 'much' }));
    await connection.close(isFirst ? 1012 : 1000);
  },
});

const child = spawn(process.execPath, ['example.mjs'], {
  env: { ...process.env, FEED_URL: server.url, FEED_TOKEN: 'secret' },
});
let output = '';
for (const stream of [child.stdout, child.stderr]) {
  stream.on('data', (chunk) => {
    output += String(chunk);
  });
}
const status = await new Promise((resolve) => child.once('close', resolve));
await server.close();

const isRight =
  status === 0 &&
  output.includes('ADA 1') &&
  output.includes('ADA 2') &&
  output.split("path: [ 'price' ]").length === 3;
if (!isRight) {
  console.error(`The example ended with ${status} and printed:\n${output}`);
  process.exitCode = 1;
}
