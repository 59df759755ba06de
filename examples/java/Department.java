// A department's program: store, acknowledge, then work. usage: java -cp "/usr/share/java/*" Department.java URL CODE FILE
import com.rabbitmq.client.*;
import java.io.*;
import java.nio.charset.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;

public class Department {
    static final String NOTE = "\"content\":\"已派单。\"", REPLY = "\"content\":\"已修好。\"";
    static String code;
    static Path file;
    static final Map<String, String> heard = new LinkedHashMap<>();
    static final Set<String> done = new HashSet<>();

    public static void main(String[] arguments) throws Exception {
        code = arguments[1];
        file = Path.of(arguments[2]);
        remember();
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(arguments[0]);
        factory.setAutomaticRecoveryEnabled(false);
        while (true) {
            try (Connection connection = factory.newConnection()) {
                serve(connection);
            } catch (IOException | TimeoutException | ShutdownSignalException error) {
                System.err.println("trying again: " + error);
            }
            Thread.sleep(1000);
        }
    }

    static void serve(Connection connection) throws Exception {
        Channel incoming = connection.createChannel(), outgoing = connection.createChannel();
        BlockingQueue<Optional<Delivery>> arrived = new LinkedBlockingQueue<>();
        incoming.basicQos(20);
        outgoing.confirmSelect();
        // Whatever ends first: the connection, the channel, or the consumer, when its queue is deleted or moved.
        incoming.addShutdownListener(cause -> arrived.add(Optional.empty()));
        outgoing.addReturnListener((number, text, exchange, key, properties, body) -> arrived.add(Optional.empty()));
        finish(outgoing);
        incoming.basicConsume("department." + code, new DefaultConsumer(incoming) {
            public void handleCancel(String tag) { arrived.add(Optional.empty()); }
            public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                arrived.add(Optional.of(new Delivery(envelope.getDeliveryTag(), properties.getMessageId(), new String(body, StandardCharsets.UTF_8))));
            }
        });
        for (Optional<Delivery> next = arrived.take(); next.isPresent(); next = arrived.take()) {
            Delivery delivery = next.get();
            if (!heard.containsKey(delivery.id)) {
                write("heard " + delivery.id + " " + delivery.event);
                heard.put(delivery.id, delivery.event);
            }
            if ("before-ack".equals(System.getenv("CRASH"))) Runtime.getRuntime().halt(9);
            incoming.basicAck(delivery.tag, false);
            finish(outgoing);
        }
    }

    static void finish(Channel channel) throws Exception {
        for (Map.Entry<String, String> each : heard.entrySet()) {
            if (done.contains(each.getKey())) continue;
            work(channel, each.getValue());
            write("done " + each.getKey());
            done.add(each.getKey());
        }
    }

    static void work(Channel channel, String event) throws Exception {
        String type = field(event, "type"), assignment = field(event, "assignment"), verb = field(event, "verb");
        if ("assignment.created".equals(type)) send(channel, assignment, "sign", "", StandardCharsets.UTF_8);
        if (type == null || !type.startsWith("command.")) return;
        String answer = field(event, "code"), command = field(event, "command");
        System.out.printf("{\"verb\": \"%s\", \"code\": \"%s\", \"command\": \"%s\"}%n", verb, answer, command);
        System.out.flush();
        switch (verb + " " + answer) {
            case "sign accepted" -> send(channel, assignment, "progress", NOTE,
                    Charset.forName(System.getenv().getOrDefault("CHARSET", "UTF-8")));
            // What cannot be read names no assignment: our own records know whose command it was.
            case "progress not-utf8" -> send(channel, ofCommand(command), "progress", NOTE, StandardCharsets.UTF_8);
            case "progress accepted" -> send(channel, assignment, "reply", REPLY, StandardCharsets.UTF_8);
            case "reply invalid" -> send(channel, assignment, "reply", REPLY + ",\"outcome\":\"solved\"", StandardCharsets.UTF_8);
            default -> { }
        }
    }

    static void send(Channel channel, String assignment, String verb, String data, Charset charset) throws Exception {
        String id = idOf(assignment, verb);
        String body = "{\"specversion\":\"1.0\",\"id\":\"" + id + "\",\"type\":\"command." + verb + "\",\"source\":\"/departments/" + code
                + "\",\"data\":{\"assignment\":\"" + assignment + "\"" + (data.isEmpty() ? "" : "," + data) + "}}";
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder().messageId(id).type("command." + verb).deliveryMode(2)
                .contentType("application/cloudevents+json").build();
        channel.basicPublish("huiying.commands", code + "." + verb, true, properties, body.getBytes(charset));
        channel.waitForConfirmsOrDie(30_000);
    }

    static String idOf(String assignment, String verb) {
        return UUID.nameUUIDFromBytes((assignment + "/" + verb).getBytes(StandardCharsets.UTF_8)).toString();
    }

    static String ofCommand(String command) {
        return heard.values().stream().map(event -> field(event, "assignment"))
                .filter(name -> name != null && idOf(name, "progress").equals(command)).findFirst().orElseThrow();
    }

    // A text of the message. Use your JSON library; here it saves the reader one more dependency.
    static String field(String event, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"\\\\]*)\"").matcher(event);
        return found.find() ? found.group(1) : null;
    }

    static void write(String line) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        }
    }

    static void remember() throws IOException {
        if (!Files.exists(file)) return;
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split(" ", 3);
            if (parts[0].equals("heard")) heard.put(parts[1], parts[2]); else done.add(parts[1]);
        }
    }

    record Delivery(long tag, String id, String event) { }
}
