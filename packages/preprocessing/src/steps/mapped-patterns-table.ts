// Made by fixtures/make-mapped-patterns.py.
import { decodeBase64 } from './decode-base64.js';

/** Three bytes for each of the 256 local binary patterns: its place in the space of codes. */
export const MAPPED_PATTERNS: Uint8Array = decodeBase64(
  'AH+AIpqAIpKSQ66TIoCaQZaWQ5OuYq2tIm2SP4aOQYCfYZmfQ2yuYYSoYoDAgJq/ImWAP4CAP3mOX5KPQWmWX4CVYXuogJGqQ1GT' +
    'X22PYWafgYCgYlKtgG6qgGW/nYDAIm1tP4ZxP3+AX5eCP3GGXoWFX4KXfpaWQWCAXnd/X3GOgIaPYWCZgHaWgG6qnoSoQ1FsX21w' +
    'X2h9gICAYVeEgHCGgWmWoH2XYj+Afl+AgFWRoHCSgECanmCZnVKtvGyuIn9lQZZpP455Yah7P3+AX5WAX4+SgKqRP3F5XoV6XoCI' +
    'gJaJX3CSgIaPfoCgnpmfQWlpX39qXnp6gI95X2qAgIB/gHmPoI6OYVd7gHB5gGmJoYCIgFWRoHGOnmafvoCfQ2xRYYRXX31ogZZp' +
    'X3BtgIZwgIB/oJd9YWBmgHZpgHB5oYV6gV9/oXd/oG2PwIaOYlJSgG5VfmlpoIJogFVuoHFxoGiCwH+AgEBlnmBmnld7wHF5nT9/' +
    'vmB/vFGT3W2SIpJtQ65sQZ+AYsCAP46GYaiEYZ+ZgL+aP4CAX5d9X46OgKqRX32XgZaWgJGqna2tP3lxX5JwXoiAfqCAXnqFgI+G' +
    'gImWnp+ZX2iCgIB/gHmPoI+SfmmWoIKXnnuovJOuQX9gYZlgX45xgKpuXn93gJZ2gI+GnqiEX3FxgIZwgIB/oJV/gHCGoYWFoICV' +
    'vpaWYWZggX9fgHlwoI9tgGl2oX93oXqFwI6GgFVuoHBtoGqAwH+AnleEwHGGvmmW3YCaQ5NRYq1SYZ9mgL9lX49tgKpugaCAncB/' +
    'X4JofpZpgI95nqh7gICAoJeCoJKPvK6TYXtXgJFVgIlpnp9mgHlwoI5xoYiAvp+AgWlpoH1ooXp6wI55oGh9wH+AwHmO3ZKSYn8/' +
    'gJpAgJFVna1Sfn9fnplgoJJwvK5sgG5VnoRXoH9qvpZpoG1wwIZxwH+A3Zp/gGVAnX8/nntXvJNRnmZgvoBgwHlx3ZJtnVJSvGxR' +
    'vmlp3X9lvFFs3W1t3WWA/3+A',
);
