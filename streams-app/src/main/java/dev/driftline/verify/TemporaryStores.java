package dev.driftline.verify;

import dev.driftline.codec.FolderTree;
import dev.driftline.store.RocksDbPages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Stores in a folder of their own, which is deleted with them. One thread at a time. */
final class TemporaryStores implements AutoCloseable {

    private final Path folder;
    private final List<RocksDbPages> open = new ArrayList<>();

    /** @param parent an existing folder */
    TemporaryStores(Path parent) {
        try {
            Files.createDirectories(parent);
            folder = Files.createTempDirectory(parent, "driftline-verify-");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a folder in " + parent, e);
        }
    }

    /** A new, empty store. */
    RocksDbPages store(String name, long memoryBytes) {
        RocksDbPages store = RocksDbPages.open(folder.resolve(name), memoryBytes);
        open.add(store);
        return store;
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (RocksDbPages store : open) {
            try {
                store.close();
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
        if (failure != null) {
            throw failure;
        }
    }
}
