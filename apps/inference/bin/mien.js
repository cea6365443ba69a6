#!/usr/bin/env node
// In the repository from the start, so that installing links it before the first build.
import '../dist/cli.js';
