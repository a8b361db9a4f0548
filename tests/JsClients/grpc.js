// @grpc/grpc-js on the sample Grpc: unary calls one after the other, and a stream that is asked for anew when it ends. Writes a
// line for each thing that it sees. At the end of its input it finishes the calls under way.
'use strict';
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, proto] = process.argv.slice(2);
const say = (...words) => console.log(words.join(' '));
const { Greeter } = grpc.loadPackageDefinition(loader.loadSync(proto)).greeter;
const greeter = new Greeter(address, grpc.credentials.createInsecure());
let ending = false;
let underWay = 0;

function ended() {
  underWay--;
  if (ending && underWay === 0) {
    process.exit(0);
  }
}

function callAgain() {
  underWay++;
  greeter.sayHello({ name: 'load' }, (error, reply) => {
    if (error) {
      say('failed', error.code, error.details);
    } else {
      say('reply', reply.pid, reply.calls);
    }

    ended();
    if (!ending) {
      setTimeout(callAgain, 5);
    }
  });
}

function subscribe() {
  let pid;
  const stream = greeter.lotsOfReplies({ name: 'stream' });
  stream.on('data', reply => {
    if (reply.pid !== pid) {
      pid = reply.pid;
      say('stream', pid);
    }
  });
  stream.on('error', error => {
    say('stream gone', grpc.status[error.code], error.details);
    if (!ending) {
      subscribe();
    }
  });
}

for (let i = 0; i < 4; i++) {
  callAgain();
}

subscribe();
process.stdin.on('end', () => {
  ending = true;
  underWay++;
  ended();
}).resume();
