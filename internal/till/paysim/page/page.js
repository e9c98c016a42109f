"use strict";
// Draws what GET /_sim/codes says and presses the control API's buttons. Text is only ever set as
// text: notes and identifiers come from whoever calls the simulator.
(() => {
  const at = (id) => document.getElementById(id);
  const make = (name, className, text) => {
    const e = document.createElement(name);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  };
  const say = (text, ok) => {
    at("said").className = "said " + (ok ? "ok" : "err");
    at("said").textContent = (ok ? "✓ " : "✕ ") + text;
  };
  const send = async (path, body) => {
    const r = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const answer = await r.json();
    if (!r.ok) throw new Error(answer.message);
    return answer;
  };
  const yen = (n) => n.toLocaleString("ja-JP") + "円";
  const clock = (t) => new Date(t).toLocaleTimeString("ja-JP", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const button = (text, label, primary, press) => {
    const b = make("button", primary ? "btn primary" : "btn", text);
    b.type = "button";
    b.setAttribute("aria-label", label);
    b.addEventListener("click", async () => {
      if (b.getAttribute("aria-busy")) return;
      b.setAttribute("aria-busy", "true"); // not disabled: that would throw the focus away
      try {
        await press();
      } catch (e) {
        say(e.message || "模擬サーバーに届きませんでした。", false);
      }
      b.removeAttribute("aria-busy");
      last = "";
      await refresh();
    });
    return b;
  };

  const pay = (c, fail) =>
    c.provider === "paypay"
      ? send("/_sim/paypay/pay", { merchantPaymentId: c.id, fail })
      : send("/_sim/univapay/pay", { chargeId: c.id, fail });

  const openCard = (c) => {
    const li = make("li", "card");
    const what = `${c.label} ${yen(c.amount)}（${c.merchantId || c.id}）`;
    li.append(make("h3", "", c.label), make("p", "amount", yen(c.amount)));
    if (c.note) li.append(make("p", "", c.note));
    li.append(make("p", "id", `番号 ${c.merchantId || c.id}　期限 ${clock(c.expiresAt)}`));
    const row = make("div", "row");
    row.append(
      button("支払う", `${what}を支払う`, true, async () => {
        await pay(c, "");
        say(`${what}を支払いました。`, true);
      }),
      button("残高不足", `${what}を残高不足で失敗させる`, false, async () => {
        await pay(c, "insufficient_funds").catch(() => {});
        say(`${what}は残高不足で失敗しました。`, false);
      }),
      button("キャンセル", `${what}をキャンセルする`, false, async () => {
        await pay(c, "cancel");
        say(`${what}の支払いをやめました。`, false);
      }),
    );
    li.append(row);
    return li;
  };

  const shownCard = (k, labels) => {
    const li = make("li", "card");
    const now = Date.now();
    let state = `期限 ${clock(k.expiresAt)}`;
    if (k.used) state = "使用済み";
    else if (new Date(k.expiresAt).getTime() <= now) state = "期限切れ";
    if (k.insufficientFunds) state += "　残高不足";
    if (k.confirm) state += "　お客様の確認が要る";
    const code = make("p", "code", k.code);
    code.dataset.brand = k.brand;
    li.append(make("h3", "", labels.get(k.brand) || k.brand), code, make("p", "id", state));
    return li;
  };

  let last = "";
  const refresh = async () => {
    let l;
    try {
      const r = await fetch("/_sim/codes");
      l = await r.json();
    } catch {
      say("模擬サーバーに届きません。動いているか確かめてください。", false);
      return;
    }
    // Drawn only when something changed, so that the focus stays where it is.
    const now = JSON.stringify(l);
    if (now === last) return;
    last = now;
    const labels = new Map(l.wallets.map((w) => [w.brand, w.label]));
    const held = document.activeElement?.getAttribute("aria-label");
    at("open").replaceChildren(...l.open.map(openCard));
    at("none").hidden = l.open.length > 0;
    at("shown").replaceChildren(...l.shown.slice(0, 10).map((k) => shownCard(k, labels)));
    if (!at("wallets").childElementCount)
      at("wallets").replaceChildren(
        ...l.wallets.map((w) =>
          button(w.label, `${w.label}のコードを見せる`, false, async () => {
            const kind = document.querySelector("input[name=kind]:checked").value;
            const k = await send("/_sim/univapay/code", { brand: w.brand, insufficientFunds: kind === "poor", confirm: kind === "confirm" });
            say(`${w.label}のコードは ${k.code} です。`, true);
          }),
        ),
      );
    // The focus stays on the button of the same name, or goes to what was said about it.
    if (held && document.activeElement === document.body)
      ([...document.querySelectorAll("button")].find((b) => b.getAttribute("aria-label") === held) || at("said")).focus();
  };
  refresh();
  setInterval(refresh, 2000);
})();
