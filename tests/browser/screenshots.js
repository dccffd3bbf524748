// The pictures of the READMEs, taken of a shop that has been used a little.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  api, headline, launch, logIn, member, operator, orderButton, product, shop, toConfirmation,
  visitor,
} from './shop.js';

const folder = process.argv[2];
await mkdir(folder, { recursive: true });
const browser = await launch();
const take = async (page, name) => {
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(folder, `${name}.png`) });
};

// Something for the ranking, and for the console.
for (const [who, nth] of [[12, 40], [13, 55], [14, 72], [15, 31], [16, 63], [17, 20], [18, 47]]) {
  const call = await api(member(who));
  const items = [{ productId: (await product(nth)).id, quantity: 1 + (who % 3) }];
  await call('/orders', { items }, { Prefer: 'wait=3' });
}

const desktop = { width: 1200, height: 760 };
const phone = { width: 390, height: 844 };

for (const [locale, language] of [['ko-KR', 'ko'], ['en-GB', 'en']]) {
  const shopper = await visitor(null, { ...desktop, locale }, browser);
  await shopper.goto(shop);
  await take(shopper, `shop-${language}`);

  const buyer = await visitor(null, { ...phone, locale, scheme: 'dark' }, browser);
  await logIn(buyer, member(language === 'ko' ? 1 : 2));
  const { id, price } = await product(95);
  await toConfirmation(buyer, id, Math.ceil(130_000 / price));
  await orderButton(buyer).click();
  await headline(buyer, language === 'ko' ? '주문이 취소됐어요' : 'The order was cancelled');
  await take(buyer, `order-${language}`);
  const order = new URL(buyer.url()).pathname.split('/').pop();

  const oncall = await visitor(null, { ...desktop, locale }, browser);
  await logIn(oncall, operator, `/console/sagas/${order}`);
  // Without the greeting.
  await oncall.reload();
  await oncall.getByText('StockRestored').waitFor();
  await take(oncall, `console-${language}`);
}
await browser.close();
