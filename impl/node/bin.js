#!/usr/bin/env node
// The node runs as it is written: tsx takes the types away when a file is loaded.
import 'tsx';
await import('./main.ts');
