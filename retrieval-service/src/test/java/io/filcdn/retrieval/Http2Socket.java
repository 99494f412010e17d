package io.filcdn.retrieval;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** An HTTP/2 client that sends frames as they are told, right or wrong. */
final class Http2Socket implements AutoCloseable {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final int TIMEOUT_MILLIS = 20_000;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private final Socket socket;
  private final PushbackInputStream bytes;
  private final DataInputStream in;

  /** A frame. */
  record Frame(int type, int flags, int stream, byte[] payload) {

    /** The error code of a reset, or of the end of the connection. */
    int errorCode() {
      ByteBuffer payloadBytes = ByteBuffer.wrap(payload);
      return type == GOAWAY ? payloadBytes.getInt(4) : payloadBytes.getInt();
    }
  }

  /** Connects, and sends the preface and empty settings. */
  Http2Socket(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Sends the same on a connection that there is. */
  Http2Socket(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    this.bytes = new PushbackInputStream(socket.getInputStream());
    this.in = new DataInputStream(bytes);
    send(preface(), frame(SETTINGS, 0, 0));
  }

  static byte[] preface() {
    return PREFACE.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
    return frame.array();
  }

  /** A frame of four bytes. */
  static byte[] number(int type, int stream, int number) {
    return frame(type, 0, stream, ByteBuffer.allocate(4).putInt(number).array());
  }

  /** A whole GET. */
  static byte[] get(int stream, String host, String path) {
    return frame(
        HEADERS,
        END_HEADERS | END_STREAM,
        stream,
        block(":method", "GET", ":scheme", "http", ":authority", host, ":path", path));
  }

  /** Names and values in turn, each told in full (RFC 7541, 6.2.2). */
  static byte[] block(String... namesAndValues) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i++) {
      if (i % 2 == 0) {
        block.write(0);
      }
      byte[] text = namesAndValues[i].getBytes(StandardCharsets.ISO_8859_1);
      if (text.length < 127) {
        block.write(text.length);
      } else {
        block.write(127);
        int rest = text.length - 127;
        for (; rest >= 128; rest >>= 7) {
          block.write(rest & 127 | 128);
        }
        block.write(rest);
      }
      block.writeBytes(text);
    }
    return block.toByteArray();
  }

  void send(byte[]... parts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    socket.getOutputStream().write(all.toByteArray());
  }

  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Whether a frame, or the end of the connection, comes within so long. */
  boolean comes(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      int first = bytes.read();
      if (first >= 0) {
        bytes.unread(first);
      }
      return true;
    } catch (SocketTimeoutException nothingCame) {
      return false;
    } finally {
      socket.setSoTimeout(TIMEOUT_MILLIS);
    }
  }

  /** The next frame; nothing where the connection has ended. */
  Optional<Frame> next() throws IOException {
    try {
      int lengthAndType = in.readInt();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      return Optional.of(
          new Frame(lengthAndType & 0xff, flags, stream, in.readNBytes(lengthAndType >>> 8)));
    } catch (EOFException | SocketException end) {
      return Optional.empty();
    }
  }

  /** The next frame that is wanted; nothing where the connection ends before. */
  Optional<Frame> next(Predicate<Frame> wanted) throws IOException {
    Optional<Frame> frame = next();
    while (frame.isPresent() && !wanted.test(frame.get())) {
      frame = next();
    }
    return frame;
  }

  /** The body that comes on a stream. */
  byte[] dataOf(int stream) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean last = false;
    while (!last) {
      Frame frame = next(f -> f.stream() == stream).orElseThrow();
      if (frame.type() == DATA) {
        body.writeBytes(frame.payload());
      }
      last = (frame.flags() & END_STREAM) != 0;
    }
    return body.toByteArray();
  }

  /** Reads to the end of the connection. */
  void awaitEnd() throws IOException {
    next(frame -> false);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
