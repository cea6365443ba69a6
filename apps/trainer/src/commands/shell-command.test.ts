import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellCommand } from './shell-command.js';

test('a shell takes the words apart as they were', () => {
  const words = [
    'split={protocol: k-fold, k: 5}',
    'teachers=[a,b]',
    'it\'s $HOME `date` \\ ""',
    '*',
    '',
    'a=~/b',
    'ä\nb',
  ];
  const shown = execFileSync('sh', ['-c', `printf '%s\\0' ${shellCommand(words)}`], { encoding: 'utf8' });
  expect(shown.split('\0').slice(0, -1)).toEqual(words);
});

test('plain words stay as they are typed', () => {
  const command = 'mien-train run kdef-tang.yaml --set training.epochs=5';
  expect(shellCommand(command.split(' '))).toBe(command);
});
