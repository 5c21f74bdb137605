#!/usr/bin/env node
import process from 'node:process';

import { fromEvent, merge } from 'rxjs';

import { EXIT_CODE } from './exit-code.js';
import { run } from './run.js';

const { env, stdin, stdout, stderr } = process;
const interrupts = merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM'));

const exitCode = await run({ args: process.argv.slice(2), env, stdin, stdout, stderr, interrupts });
process.exitCode = exitCode;

// Else the process ends by itself, when all is written. These two do not wait for anyone.
if (exitCode === EXIT_CODE.interrupted || exitCode === EXIT_CODE.outputFailed) process.exit();
