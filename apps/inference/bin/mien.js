#!/usr/bin/env node
import module from 'node:module';

// Node 22 and later keep what they compiled for the next start.
module.enableCompileCache?.();
// In the repository from the start, so that installing links it before the first build.
await import('../dist/cli.js');
