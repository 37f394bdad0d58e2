#include "syndisco/report/page_internal.h"

namespace syndisco {

std::string_view page_style() {
  return R"css(
:root{color-scheme:light;--ink:#1f2328;--faint:#5b636d;--line:#d5d9de;--soft:#f4f6f8;--blue:#00588a;--warm:#fff7e6}
*{box-sizing:border-box}
html{scroll-padding-top:3.2rem}
body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif;color:var(--ink);background:#fff}
main,header.top{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header.top{padding-top:1.6rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:2.6rem 0 .8rem;padding-bottom:.25rem;border-bottom:2px solid var(--ink)}
h3{font-size:1.02rem;margin:1.6rem 0 .5rem}
p{margin:.5rem 0;max-width:48rem}
a{color:var(--blue)}
.faint,.sub{color:var(--faint)}
.sub{overflow-wrap:anywhere}
nav{position:sticky;top:0;z-index:2;background:#fff;border-bottom:1px solid var(--line)}
nav div{max-width:76rem;margin:0 auto;padding:.5rem 1.25rem;display:flex;gap:.3rem 1.2rem;overflow-x:auto}
nav a{text-decoration:none;white-space:nowrap}
nav a:hover,nav a:focus{text-decoration:underline}
:focus-visible{outline:3px solid #e69f00;outline-offset:1px}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.9rem,1fr));gap:.7rem;margin:1rem 0;padding:0}
.tiles div{border:1px solid var(--line);border-radius:6px;padding:.55rem .8rem}
.tiles dt{color:var(--faint);font-size:.85rem}
.tiles dd{margin:0;font-size:1.35rem;font-weight:600;line-height:1.3;overflow-wrap:anywhere}
.tiles dd small{display:block;font-size:.8rem;font-weight:400;color:var(--faint)}
.warning{background:var(--warm);border-left:4px solid #d55e00;padding:.5rem .8rem;margin:.5rem 0;max-width:none;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.6rem 0 1.2rem;max-width:100%}
.tall{max-height:36rem;overflow:auto}
.tall thead th{position:sticky;top:0;background:#fff}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding-bottom:.35rem}
th,td{padding:.3rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:break-word;max-width:26rem}
thead th{border-bottom:2px solid var(--ink);vertical-align:bottom}
tbody tr:last-child td{border-bottom:2px solid var(--ink)}
.n{text-align:right;white-space:nowrap}
th.n{white-space:normal}
.hash{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.8rem;overflow-wrap:anywhere}
.notes{font-size:.87rem;color:var(--faint);margin:-.6rem 0 1.4rem;max-width:48rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1.2rem;align-items:start}
figure{margin:0;border:1px solid var(--line);border-radius:6px;padding:.4rem;overflow-x:auto;background:#fff}
figure svg{display:block;width:100%;height:auto;max-width:36rem;margin:0 auto}
figure.wide{grid-column:1/-1}
figure.wide svg{width:auto;max-width:none;margin:0}
.d figure svg{margin:0}
pre,.text{white-space:pre-wrap;overflow-wrap:anywhere;margin:0}
pre{font:.82rem/1.45 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--soft);padding:.7rem .9rem;border-radius:6px}
.told{background:var(--soft);padding:.6rem .9rem;border-radius:6px;margin:.3rem 0}
details{margin:.4rem 0}
.only-print{display:none}
summary{cursor:pointer}
.d{border:1px solid var(--line);border-radius:6px;margin:.45rem 0}
.d>summary{padding:.5rem .8rem;display:flex;flex-wrap:wrap;gap:.15rem .7rem;align-items:baseline}
.d>summary::before{content:"\25B8";color:var(--faint)}
.d[open]>summary::before{content:"\25BE"}
.d>summary::-webkit-details-marker{display:none}
.d>summary b{overflow-wrap:anywhere}
.d[open]>summary{border-bottom:1px solid var(--line);background:var(--soft)}
.d>div{padding:.5rem .8rem .9rem}
.tag{display:inline-block;font-size:.78rem;line-height:1.4;border:1px solid var(--faint);border-radius:3px;padding:0 .35rem;color:var(--faint);overflow-wrap:anywhere}
.tag.bad{color:#9a3b00;border-color:#9a3b00;font-weight:600}
ol.t{list-style:none;margin:.8rem 0 0;padding:0}
.c{display:grid;grid-template-columns:minmax(0,1fr) 17rem;gap:.2rem 1.2rem;padding:.6rem 0 .6rem .8rem;border-top:1px solid var(--line);border-left:4px solid transparent}
.c.f{border-left:4px solid #e69f00}
.c.o{border-left:4px double #0072b2}
.c.s{color:var(--faint);padding-top:.15rem;padding-bottom:.15rem;border-left:4px dotted var(--line)}
.c:target,.d:target{outline:3px solid #e69f00}
.who{font-weight:600;overflow-wrap:anywhere}
.c.s .who{font-weight:400}
.who .no{font-weight:400;color:var(--faint);font-size:.82rem;text-decoration:none;margin-right:.4rem}
.text.long{max-height:24rem;overflow:auto}
.a{font-size:.87rem;color:var(--ink);border-left:1px solid var(--line);padding-left:.8rem;margin:0;min-width:0}
.a dt{color:var(--faint)}
.a dd{margin:0 0 .25rem;overflow-wrap:anywhere}
.a dd span{white-space:pre-wrap;margin-right:.7rem}
.a i{font-style:normal;color:var(--faint)}
.controls{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:end;margin:.8rem 0}
.controls[hidden]{display:none}
.controls label{font-size:.85rem;color:var(--faint);display:flex;flex-direction:column;min-width:0}
.controls input,.controls select,.controls button{font:inherit;padding:.3rem .5rem;border:1px solid var(--faint);border-radius:4px;background:#fff;color:inherit;max-width:100%}
footer{max-width:76rem;margin:3rem auto 0;padding:1rem 1.25rem 2rem;color:var(--faint);font-size:.85rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
@media(max-width:46rem){
main,header.top,nav div,footer{padding-left:.9rem;padding-right:.9rem}
.c{grid-template-columns:minmax(0,1fr)}
.a{border-left:0;padding:.1rem 0 0;display:flow-root}
.a dt{margin-right:.6rem}
.a dt,.a dd{display:inline}
nav div{font-size:.92rem;gap:.3rem .85rem}
.a dd::after{content:"";display:block}
h1{font-size:1.4rem}
.tiles{grid-template-columns:repeat(auto-fill,minmax(8.2rem,1fr))}
.tiles dd{font-size:1.15rem}
}
@media print{
@page{margin:16mm 14mm}
body{font-size:9.5pt}
nav,.controls,.no-print{display:none}
main,header.top,footer{max-width:none;padding:0}
h2{break-after:avoid}h3,caption{break-after:avoid}
figure,.tiles div,tr,.c{break-inside:avoid}
.text.long{max-height:none;overflow:visible}
.scroll,figure{overflow:visible;max-height:none}
.c{grid-template-columns:minmax(0,1fr) 12rem}
.figures{grid-template-columns:1fr 1fr;gap:.6rem}
.tiles{grid-template-columns:repeat(5,1fr)}
figure.wide svg{width:100%;max-width:100%}
.figures svg{max-height:235mm}
table{font-size:8.5pt}th,td{padding:.2rem .45rem}
a{color:inherit;text-decoration:none}
.d:not([open]){display:none}
.d>summary,.d>div>p{break-after:avoid}
.d figure svg{max-width:22rem}
.only-print{display:block}
details:not(.d)::details-content{display:block;content-visibility:visible;block-size:auto}
pre{background:none;border:1px solid var(--line)}
}
)css";
}

std::string_view page_script() {
  // Only filters and opens what is there, and opens it for paper: without it everything can be
  // read.
  return R"js(
"use strict";
(function () {
  var all = Array.prototype.slice.call(document.querySelectorAll("details.d"));
  var controls = document.getElementById("-controls");
  function show(hash) {
    var id;
    try { id = decodeURIComponent(hash.slice(1)); } catch (e) { return; }
    var at = id && document.getElementById(id);
    if (!at) return;
    var box = at.closest("details.d");
    if (box) { box.hidden = false; box.open = true; at.scrollIntoView(); }
  }
  window.addEventListener("hashchange", function () { show(location.hash); });
  show(location.hash);
  // Paper has nothing to click on: all is printed but transcripts that are closed.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open]):not(.d)").forEach(function (d) {
      d.open = true;
      opened.push(d);
    });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (d) { d.open = false; });
    opened = [];
  });
  if (!controls) return;
  controls.hidden = false;
  var text = document.getElementById("-search");
  var cell = document.getElementById("-cell");
  var state = document.getElementById("-state");
  var count = document.getElementById("-count");
  var texts = null;
  function filter() {
    var wanted = text.value.trim().toLowerCase(), shown = 0;
    if (wanted && !texts) texts = all.map(function (d) { return d.textContent.toLowerCase(); });
    all.forEach(function (d, i) {
      var fits = (!cell.value || d.dataset.cell === cell.value) &&
        (!state.value || d.dataset.state === state.value) &&
        (!wanted || texts[i].indexOf(wanted) >= 0);
      d.hidden = !fits;
      if (fits) shown += 1;
    });
    count.textContent = shown + " of " + all.length + " shown";
  }
  var waiting = 0;
  text.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 200); });
  cell.addEventListener("change", filter);
  state.addEventListener("change", filter);
  function open(value) { return function () { all.forEach(function (d) { if (!d.hidden) d.open = value; }); }; }
  document.getElementById("-open").addEventListener("click", open(true));
  document.getElementById("-close").addEventListener("click", open(false));
  filter();
})();
)js";
}

}  // namespace syndisco
