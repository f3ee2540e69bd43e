import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

const root = document.documentElement;
const place = document.getElementById("api");
const { description, heading, tokenHeader } = place.dataset;

/** Swagger UI has a dark dress of its own; it follows our switch. */
function followTheme() {
  root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
}

/** A call with the session's cookie must prove that it comes from this page. */
function prove(call) {
  const own = new URL(call.url, location.href).origin === location.origin;
  const token = document.querySelector('meta[name="csrf-token"]');
  if (own && token) call.headers[tokenHeader] = token.content;
  return call;
}

/** Their layout brings a title and a main landmark; the page around it has both already. */
function layout({ React }) {
  const draw = React.createElement;
  const QuadLayout = ({ getComponent, specSelectors }) => {
    const part = (name) => draw(getComponent(name, true), { key: name });
    const body =
      specSelectors.loadingStatus() === "success"
        ? [
            draw("div", { key: "tools", className: "q-api-tools" }, part("FilterContainer"), part("AuthorizeBtnContainer")),
            draw("h2", { key: "heading", className: "visually-hidden" }, heading),
            part("operations"),
            part("Models"),
          ]
        : [part("errors")];
    return draw("div", { className: "swagger-ui" }, body);
  };
  return { components: { QuadLayout } };
}

followTheme();
document.addEventListener("quad:theme", followTheme);
SwaggerUI({
  domNode: place,
  url: description,
  presets: [SwaggerUI.presets.apis],
  plugins: [layout],
  layout: "QuadLayout",
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null,
  requestInterceptor: prove,
});
