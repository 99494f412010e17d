package io.filcdn.retrieval.origin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A provider on bare sockets, which answers each request as a script says. */
public final class RawProvider implements AutoCloseable {

  /** What it does with a request. */
  public interface Script {
    void answer(Request request) throws Exception;
  }

  /**
   * A request.
   *
   * @param connection which of all connections, from 1 on
   * @param number which of the connection's requests, from 1 on
   */
  public record Request(int connection, int number, String head, Socket socket) {

    public void write(String head, byte[] body) throws IOException {
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      answer.write(head.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
      answer.write(body);
      socket.getOutputStream().write(answer.toByteArray());
      socket.getOutputStream().flush();
    }

    public void ok(byte[] body) throws IOException {
      write("HTTP/1.1 200 OK\nContent-Length: %d\n\n".formatted(body.length), body);
    }

    /** Ends the connection with a FIN. */
    public void fin() throws IOException {
      socket.close();
    }

    /** Ends the connection with a RST. */
    public void rst() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    public String header(String name) {
      return head.lines()
          .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ": "))
          .findFirst()
          .map(line -> line.substring(name.length() + 2))
          .orElse("");
    }

    public String target() {
      return head.split(" ")[1];
    }
  }

  private final ServerSocket listener;
  private final Script script;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  public RawProvider(Script script) throws IOException {
    this(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), script);
  }

  public RawProvider(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  public int connections() {
    return connections.get();
  }

  public List<Request> requests() {
    return requests;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket, number));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(Socket socket, int connection) {
    try {
      InputStream in = socket.getInputStream();
      for (int number = 1; ; number++) {
        String head = head(in);
        if (head.isEmpty()) {
          return;
        }
        Request request = new Request(connection, number, head, socket);
        requests.add(request);
        script.answer(request);
      }
    } catch (Exception ended) {
      // by the script, or by the client
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      head.append((char) c);
      if (head.toString().endsWith("\r\n\r\n")) {
        return head.toString();
      }
    }
    return "";
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
