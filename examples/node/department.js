// A department's program: store, acknowledge, then work. usage: department.js URL CODE FILE
'use strict';
const amqp = require('amqplib');
const { createHash } = require('node:crypto');
const fs = require('node:fs');

const [url, code, file] = process.argv.slice(2);
const note = { content: '已派单。' };
// "已派单。" as an old system writes it, with its JSON around it in ASCII.
const GBK = Buffer.from([0xd2, 0xd1, 0xc5, 0xc9, 0xb5, 0xa5, 0xa1, 0xa3]);
const heard = new Map(), done = new Set();

function write(line) {
  const handle = fs.openSync(file, 'a');
  fs.writeSync(handle, JSON.stringify(line) + '\n');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

function remember() {
  if (!fs.existsSync(file)) return;
  for (const text of fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const line = JSON.parse(text);
    if (line.heard) heard.set(line.heard, line.event); else done.add(line.done);
  }
}

function idOf(assignment, verb) {
  return createHash('sha256').update(`${assignment}/${verb}`).digest('hex').slice(0, 32);
}

async function send(channel, assignment, verb, data, encode = (text) => Buffer.from(text)) {
  const id = idOf(assignment, verb);
  const body = { specversion: '1.0', id, type: `command.${verb}`, source: `/departments/${code}`, data: { assignment, ...data } };
  channel.publish('huiying.commands', `${code}.${verb}`, encode(JSON.stringify(body)), {
    messageId: id, type: `command.${verb}`, persistent: true, mandatory: true, contentType: 'application/cloudevents+json',
  });
  await channel.waitForConfirms();
}

function inGbk(text) {
  const [before, after] = text.split(note.content);
  return Buffer.concat([Buffer.from(before), GBK, Buffer.from(after)]);
}

async function work(channel, event) {
  const { assignment, verb, command } = event.data;
  if (event.type === 'assignment.created') await send(channel, assignment, 'sign', {});
  if (!event.type.startsWith('command.')) return;
  console.log(JSON.stringify({ verb, code: event.data.code, command }));
  switch (`${verb} ${event.data.code}`) {
    case 'sign accepted':
      return send(channel, assignment, 'progress', note, process.env.CHARSET === 'gbk' ? inGbk : undefined);
    case 'progress not-utf8': {
      // What cannot be read names no assignment: our own records know whose command it was.
      const names = [...heard.values()].map((each) => each.data.assignment);
      return send(channel, names.find((name) => name && idOf(name, 'progress') === command), 'progress', note);
    }
    case 'progress accepted':
      return send(channel, assignment, 'reply', { content: '已修好。' });
    case 'reply invalid':
      return send(channel, assignment, 'reply', { content: '已修好。', outcome: 'solved' });
  }
}

async function finish(channel) {
  for (const [id, event] of heard) {
    if (done.has(id)) continue;
    await work(channel, event);
    write({ done: id });
    done.add(id);
  }
}

async function serve() {
  const connection = await amqp.connect(url);
  let chain = Promise.resolve();
  // Whatever ends first: the connection, a channel, or the consumer (null), when its queue is deleted or moved.
  await new Promise((resolve, reject) => {
    connection.on('error', reject).on('close', resolve);
    (async () => {
      const incoming = await connection.createChannel(), outgoing = await connection.createConfirmChannel();
      for (const channel of [incoming, outgoing]) channel.on('error', reject).on('close', resolve);
      outgoing.on('return', (message) => reject(new Error(`no queue takes ${message.fields.routingKey}`)));
      await incoming.prefetch(20);
      await finish(outgoing);
      await incoming.consume(`department.${code}`, (message) => {
        if (message === null) return resolve();
        const id = message.properties.messageId;
        if (!heard.has(id)) {
          const event = JSON.parse(message.content);
          write({ heard: id, event });
          heard.set(id, event);
        }
        if (process.env.CRASH === 'before-ack') process.exit(9);
        incoming.ack(message);
        chain = chain.then(() => finish(outgoing)).catch(reject);
      });
    })().catch(reject);
  }).finally(() => connection.close().catch(() => {}));
}

(async () => {
  remember();
  for (;;) {
    await serve().catch((error) => console.error(`trying again: ${error.message}`));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
})();
