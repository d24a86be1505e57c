// A Leaflet layer that is one canvas over the visible part of the map, painted by a function.

/** What a painter needs to know of the visible part: its size and where the world lies in it. */
function viewOf(map, ratio) {
  const size = map.getSize();
  const corner = map.getPixelBounds().min;
  const scale = 256 * 2 ** map.getZoom(); // pixels of a world
  return {
    width: Math.round(size.x * ratio),
    height: Math.round(size.y * ratio),
    ratio,
    scale,
    left: corner.x / scale, // world coordinates of the upper left corner
    top: corner.y / scale,
    worldX: (x) => (corner.x + x / ratio) / scale,
    worldY: (y) => (corner.y + y / ratio) / scale,
  };
}

/** Turns of the world that are in view, so that the map goes on across the dateline. */
function turnsInView(view) {
  const first = Math.floor(view.left);
  const last = Math.floor(view.left + view.width / view.ratio / view.scale);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const CanvasLayer = L.Layer.extend({
  /** paint(context, view) draws; pane is its place in the stack; sharp uses every device pixel. */
  initialize({ paint, pane, sharp = true }) {
    this.paint = paint;
    this.options.pane = pane;
    this.sharp = sharp;
  },

  onAdd(map) {
    this.canvas = element("canvas", { class: "leaflet-zoom-animated", "aria-hidden": "true" });
    this.getPane().append(this.canvas);
    this.redraw();
  },

  onRemove() {
    this.canvas.remove();
  },

  getEvents() {
    return { move: this.redraw, viewreset: this.redraw, resize: this.redraw, zoomanim: this.zoom };
  },

  setOpacity(opacity) {
    this.canvas.style.opacity = opacity;
  },

  redraw() {
    if (!this.canvas) return;
    const view = viewOf(this._map, this.sharp ? window.devicePixelRatio || 1 : 1);
    const { canvas } = this;
    if (canvas.width !== view.width || canvas.height !== view.height) {
      canvas.width = view.width;
      canvas.height = view.height;
      canvas.style.width = `${view.width / view.ratio}px`;
      canvas.style.height = `${view.height / view.ratio}px`;
    }
    L.DomUtil.setPosition(canvas, this._map.containerPointToLayerPoint([0, 0]));
    this.drawnBounds = this._map.getBounds();
    this.drawnZoom = this._map.getZoom();
    this.paint(canvas.getContext("2d"), view);
  },

  // While Leaflet animates a zoom the canvas is stretched, as its own image overlays are;
  // 1.9.4 offers no public function for it.
  zoom({ zoom, center }) {
    const scale = this._map.getZoomScale(zoom, this.drawnZoom);
    const box = this._map._latLngBoundsToNewLayerBounds(this.drawnBounds, zoom, center);
    L.DomUtil.setTransform(this.canvas, box.min, scale);
  },
});

/** Add a pane to the map at a height in its stack. */
function addPane(map, name, height) {
  const pane = map.createPane(name);
  pane.style.zIndex = height;
  pane.style.pointerEvents = "none";
}
