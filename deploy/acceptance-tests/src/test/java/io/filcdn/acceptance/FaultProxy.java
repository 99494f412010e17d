package io.filcdn.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A line between two programs that can be cut, and can be slow. */
final class FaultProxy implements AutoCloseable {

  private static final int PART = 16 * 1024;

  private final URI target;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;
  private volatile int delayMillis;

  private FaultProxy(URI target, ServerSocket server) {
    this.target = target;
    this.server = server;
  }

  /** A line to who listens at {@code target}, on any port of this machine. */
  static FaultProxy to(URI target) {
    try {
      FaultProxy proxy =
          new FaultProxy(target, new ServerSocket(0, 128, InetAddress.getLoopbackAddress()));
      Thread.startVirtualThread(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The URL of its near end. */
  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** Ends all connections, and lets none come up until it is mended. */
  void cut() {
    cut = true;
    open.forEach(FaultProxy::reset);
  }

  /** Delays each part of what is sent, until it is mended. */
  void slowDown(int millis) {
    delayMillis = millis;
  }

  void mend() {
    cut = false;
    delayMillis = 0;
  }

  private void accept() {
    try {
      while (true) {
        Socket near = server.accept();
        open.add(near);
        Thread.startVirtualThread(() -> connect(near));
      }
    } catch (IOException e) {
      open.forEach(FaultProxy::reset);
    }
  }

  private void connect(Socket near) {
    try (near;
        Socket far = new Socket(target.getHost(), target.getPort())) {
      open.add(far);
      if (cut) {
        reset(near);
        return;
      }
      Thread back = Thread.startVirtualThread(() -> forward(far, near));
      forward(near, far);
      back.join();
      open.remove(far);
    } catch (IOException e) {
      // its far end is not there: so is its near end
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(near);
    }
  }

  private void forward(Socket from, Socket to) {
    byte[] part = new byte[PART];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(part); read >= 0; read = in.read(part)) {
        if (delayMillis > 0) {
          Connection.pause(delayMillis);
        }
        out.write(part, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      reset(from);
      reset(to);
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // it is closed
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
