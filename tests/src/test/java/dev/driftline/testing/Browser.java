package dev.driftline.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.ElementClickInterceptedException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real Chromium without a window. One thread. */
public final class Browser implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Path profile;
    private final ChromeDriver driver;

    private Browser(Path profile, ChromeDriver driver) {
        this.profile = profile;
        this.driver = driver;
    }

    /** Selenium warns of a Chromium that is newer than itself; held here, or the level would be forgotten. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    /** Starts one; skips the test where there is no Chromium with its driver. */
    public static Browser start() {
        Optional<Path> chromium = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<Path> chromedriver = onPath("chromedriver");
        if (chromium.isEmpty() || chromedriver.isEmpty()) {
            return abort("no Chromium with chromedriver on the PATH (Debian: apt-get install chromium chromium-driver):"
                    + " the dashboard is not tested");
        }
        Path profile;
        try {
            profile = Files.createTempDirectory("driftline-browser-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.get().toFile());
        options.addArguments(
                "--headless=new",
                // It runs as root in containers, and sees no page but ours.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--lang=en",
                "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.get().toFile())
                .usingAnyFreePort()
                .build();
        return new Browser(profile, new ChromeDriver(service, options));
    }

    private static Optional<Path> onPath(String... names) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of(names)
                .flatMap(name -> Stream.of(path.split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Opens a page and waits until it has loaded. */
    public void open(String address) {
        driver.get(address);
    }

    /** Opens a page in a new tab, which is the one from now on. */
    public void openTab(String address) {
        driver.switchTo().newWindow(WindowType.TAB);
        open(address);
    }

    /** Closes the tab; the one that was opened first is the one from now on. */
    public void closeTab() {
        driver.close();
        driver.switchTo().window(driver.getWindowHandles().iterator().next());
    }

    /** Makes the screen {@code width} by {@code height} CSS pixels. */
    public void resize(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 700));
    }

    /** Has the page believe that its reader prefers something, such as {@code prefers-color-scheme: dark}. */
    public void prefer(String feature, String value) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", feature, "value", value))));
    }

    /** What a script returns: numbers, text, lists, maps, elements. */
    @SuppressWarnings("unchecked") // The script says what it returns.
    public <T> T run(String script, Object... arguments) {
        return (T) driver.executeScript(script, arguments);
    }

    /** The text of the first element that the selector finds, as it is in the document; empty if there is none. */
    public String text(String selector) {
        return run("const e = document.querySelector(arguments[0]); return e ? e.textContent : '';", selector);
    }

    /** How many elements the selector finds. */
    public long count(String selector) {
        return run("return document.querySelectorAll(arguments[0]).length;", selector);
    }

    /** A number in a data attribute of the element. */
    public double number(String selector, String name) {
        String text = run("return document.querySelector(arguments[0]).dataset[arguments[1]] || '0';", selector, name);
        return Double.parseDouble(text);
    }

    /** The first element that the selector finds, in sight. */
    public WebElement find(String selector) {
        WebElement element = run("return document.querySelector(arguments[0]);", selector);
        if (element == null) {
            throw new IllegalStateException("no element " + selector);
        }
        driver.executeScript("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'});", element);
        return element;
    }

    /**
     * Clicks the first element that the selector finds. Where something came and moved it between the aim and the
     * click, the click is made again, as a person does who sees that nothing has happened.
     */
    public void click(String selector) {
        await("a click on " + selector)
                .atMost(SOON)
                .ignoreExceptionsMatching(failure -> failure instanceof ElementClickInterceptedException
                        || failure instanceof StaleElementReferenceException)
                .until(() -> {
                    WebElement element = find(selector);
                    driver.executeScript(
                            "window.clicked = false;"
                                    + "arguments[0].addEventListener('click', () => { window.clicked = true; },"
                                    + " {once: true, capture: true});",
                            element);
                    element.click();
                    return run("return window.clicked;");
                });
    }

    /** The pointer and the keyboard. */
    public Actions actions() {
        return new Actions(driver);
    }

    /** Types into whatever has the focus. */
    public void type(CharSequence... keys) {
        actions().sendKeys(keys).perform();
    }

    /** What the page has written to the console as an error since this was last asked. */
    public List<String> errors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(entry -> entry.getMessage())
                .toList();
    }

    /** Writes what is on the screen, or all of the page, as a PNG. */
    public void screenshot(Path file, boolean wholePage) {
        Map<String, Object> shot = driver.executeCdpCommand(
                "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", wholePage));
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, Base64.getDecoder().decode((String) shot.get("data")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
        Cluster.deleteAll(profile);
    }
}
