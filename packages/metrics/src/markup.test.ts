import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { escapeMarkup, Markup, markup } from './markup.js';

test('whatever text goes in comes out of an HTML and an XML parser as text and as attribute, never as markup', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const safe = text.replace(/[^\P{Cc}\t\n\r]|\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd');
      const source = markup`<p title="${text}">${text}</p>`.text;
      const paragraph = parseFragment(source).childNodes[0];
      if (!('attrs' in paragraph)) throw new Error('no element');
      expect(paragraph.attrs[0].value).toBe(safe.replace(/\r\n?/g, '\n'));
      expect(paragraph.childNodes.every(({ nodeName }) => nodeName === '#text')).toBe(true);
      const parser = new SaxesParser();
      let read = '';
      parser.on('text', (part) => {
        read += part;
      });
      parser.write(source).close();
      expect(read).toBe(safe.replace(/\r\n?/g, '\n'));
    }),
  );
});

test('what XML cannot hold is replaced', () => {
  expect(escapeMarkup('a\u0000\u001b\ud800b\ufffe<&>"\'')).toBe('a\ufffd\ufffd\ufffdb\ufffd&lt;&amp;&gt;&quot;&#39;');
});

test('markup is left alone, lists are joined, nothing is nothing', () => {
  expect(markup`<b>${[new Markup('<i>x</i>'), '<', 3]}${undefined}${false}</b>`.text).toBe('<b><i>x</i>&lt;3</b>');
});
