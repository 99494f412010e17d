package io.filcdn.stack.demo;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A picture of hills at dusk, drawn by formula, as a PNG file. */
final class DemoPicture {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;
  private static final double SUN_X = 0.66 * WIDTH;
  private static final double SUN_Y = 0.52 * HEIGHT;
  private static final double SUN_RADIUS = 34;
  private static final int HILLS = 5;

  private static final double[] ZENITH = {38, 32, 84};
  private static final double[] HORIZON = {255, 176, 112};
  private static final double[] SUN = {255, 240, 205};
  private static final double[] FAR_HILL = {150, 104, 140};
  private static final double[] NEAR_HILL = {22, 22, 48};

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte BITS = 8;
  private static final byte TRUE_COLOUR = 2;

  private DemoPicture() {}

  static byte[] png() {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(13).putInt(WIDTH).putInt(HEIGHT);
    header.put(BITS).put(TRUE_COLOUR);
    chunk(png, "IHDR", header.array());
    chunk(png, "IDAT", deflated(rows()));
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  /** Each row: a 0 for "no filter", then red, green and blue of every pixel. */
  private static byte[] rows() {
    ByteBuffer rows = ByteBuffer.allocate(HEIGHT * (1 + 3 * WIDTH));
    for (int y = 0; y < HEIGHT; y++) {
      rows.put((byte) 0);
      for (int x = 0; x < WIDTH; x++) {
        for (double part : colour(x, y)) {
          rows.put((byte) Math.round(Math.clamp(part, 0, 255)));
        }
      }
    }
    return rows.array();
  }

  private static double[] colour(int x, int y) {
    double[] colour = sky(x, y);
    for (int hill = 0; hill < HILLS; hill++) {
      double depth = hill / (HILLS - 1.0);
      // the ridge is a pixel thick, so that it has no stairs
      double below = Math.clamp(y - ridge(hill, x), 0, 1);
      colour = mix(colour, mix(FAR_HILL, NEAR_HILL, depth), below);
    }
    return colour;
  }

  private static double[] sky(int x, int y) {
    double height = StrictMath.pow(Math.min(1, y / (0.75 * HEIGHT)), 1.4);
    double[] sky = mix(ZENITH, HORIZON, height);
    double distance = StrictMath.hypot(x - SUN_X, y - SUN_Y);
    double glow = 0.75 * StrictMath.exp(-distance / 90);
    return mix(mix(sky, SUN, glow), SUN, Math.clamp(SUN_RADIUS - distance, 0, 1));
  }

  private static double ridge(int hill, int x) {
    double base = HEIGHT * (0.56 + 0.095 * hill);
    double slow = StrictMath.sin(x / (96.0 - 9 * hill) + 1.9 * hill);
    double quick = StrictMath.sin(x / (31.0 + 4 * hill) + 4.3 * hill);
    return base - 20 * slow - 7 * quick;
  }

  private static double[] mix(double[] from, double[] to, double share) {
    double[] mixed = new double[from.length];
    for (int i = 0; i < from.length; i++) {
      mixed[i] = from[i] + (to[i] - from[i]) * share;
    }
    return mixed;
  }

  private static byte[] deflated(byte[] bytes) {
    try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
      deflater.setInput(bytes);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] part = new byte[1 << 14];
      while (!deflater.finished()) {
        out.write(part, 0, deflater.deflate(part));
      }
      return out.toByteArray();
    }
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] body) {
    byte[] typed =
        ByteBuffer.allocate(4 + body.length)
            .put(type.getBytes(StandardCharsets.US_ASCII))
            .put(body)
            .array();
    CRC32 crc = new CRC32();
    crc.update(typed);
    png.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
    png.writeBytes(typed);
    png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
