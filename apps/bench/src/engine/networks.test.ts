import '@tensorflow/tfjs-backend-cpu';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { NETWORKS } from './networks.js';

test('the networks have the published numbers of parameters', async () => {
  await setBackend('cpu');
  await ready();
  expect(NETWORKS['vgg13-ferplus'].build().countParams()).toBe(8_757_704);
  expect(NETWORKS['mini-xception'].build().countParams()).toBe(58_423);
  // torchvision's resnet50: 25,557,032 with 1,000 classes, and two moving averages for each of the 26,560 normalised channels
  expect(NETWORKS.resnet50.build().countParams()).toBe(25_557_032 - 2049 * 1000 + 2049 * 7 + 2 * 26_560);
});
